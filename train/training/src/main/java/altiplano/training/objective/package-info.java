/// What a model is trained to do: one file an objective.
@NullMarked
package altiplano.training.objective;

import org.jspecify.annotations.NullMarked;
