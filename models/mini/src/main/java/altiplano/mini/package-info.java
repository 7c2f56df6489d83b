/// The bundled model.
@NullMarked
package altiplano.mini;

import org.jspecify.annotations.NullMarked;
