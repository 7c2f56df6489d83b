/// From files of any format, compression and encoding to documents and rejects.
@NullMarked
package altiplano.corpus.read;

import org.jspecify.annotations.NullMarked;
