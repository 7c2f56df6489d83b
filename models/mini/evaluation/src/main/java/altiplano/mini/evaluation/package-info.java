/// What the bundled model is worth: measures on held-out texts, with intervals, beside baselines.
@NullMarked
package altiplano.mini.evaluation;

import org.jspecify.annotations.NullMarked;
