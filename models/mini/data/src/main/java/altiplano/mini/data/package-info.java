/// What the project writes itself to train its bundled model: sentences of medicine, finance and
/// law whose labels are known by construction.
@NullMarked
package altiplano.mini.data;

import org.jspecify.annotations.NullMarked;
