/// What a run shall do, read from YAML and checked before anything starts.
@NullMarked
package altiplano.training.recipe;

import org.jspecify.annotations.NullMarked;
