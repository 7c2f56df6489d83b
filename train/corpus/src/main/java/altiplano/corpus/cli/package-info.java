/// The commands `corpus` and `tokenizer`.
@NullMarked
package altiplano.corpus.cli;

import org.jspecify.annotations.NullMarked;
