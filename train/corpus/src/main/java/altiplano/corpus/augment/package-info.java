/// Labelled rows made more: words replaced, deleted, inserted, swapped; places hidden.
@NullMarked
package altiplano.corpus.augment;

import org.jspecify.annotations.NullMarked;
