/// Training of Llama 3.1 on libtorch: objectives, recipes and the loop.
@NullMarked
package altiplano.training;

import org.jspecify.annotations.NullMarked;
