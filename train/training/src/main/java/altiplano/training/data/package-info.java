/// Rows of tokens without padding, and the readers that make them from shards, texts and task sets.
@NullMarked
package altiplano.training.data;

import org.jspecify.annotations.NullMarked;
