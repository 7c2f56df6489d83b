/// The description of a run, from YAML.
@NullMarked
package altiplano.corpus.recipe;

import org.jspecify.annotations.NullMarked;
