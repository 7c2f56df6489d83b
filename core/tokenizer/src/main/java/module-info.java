import org.jspecify.annotations.NullMarked;

/// Text to token ids and back; the chat format of Llama 3.1.
@NullMarked
module altiplano.tokenizer {
  requires transitive altiplano.files;
  requires static transitive org.jspecify;

  exports altiplano.tokenizer;
}
