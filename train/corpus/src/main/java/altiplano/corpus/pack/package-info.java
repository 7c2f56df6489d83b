/// From documents to packed token sequences.
@NullMarked
package altiplano.corpus.pack;

import org.jspecify.annotations.NullMarked;
