/// What needs a look at all documents: duplicates, repeated lines, contamination.
@NullMarked
package altiplano.corpus.duplicates;

import org.jspecify.annotations.NullMarked;
