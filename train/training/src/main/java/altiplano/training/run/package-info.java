/// One run: the loop, its checkpoints, and all that shows how it goes.
@NullMarked
package altiplano.training.run;

import org.jspecify.annotations.NullMarked;
