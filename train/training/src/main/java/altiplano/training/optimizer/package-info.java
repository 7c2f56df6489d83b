/// How gradients change the weights: optimisers, schedule, averages.
@NullMarked
package altiplano.training.optimizer;

import org.jspecify.annotations.NullMarked;
