/// From text to a vocabulary: byte-level BPE with Llama 3's split pattern and special tokens.
@NullMarked
package altiplano.vocabulary;

import org.jspecify.annotations.NullMarked;
