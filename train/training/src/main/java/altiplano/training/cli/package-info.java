/// The commands `train`, `train resume` and `train report`.
@NullMarked
package altiplano.training.cli;

import org.jspecify.annotations.NullMarked;
