import org.jspecify.annotations.NullMarked;

/// Model files: GGUF, safetensors and Hugging Face folders, read and written.
@NullMarked
module altiplano.files {
  requires transitive altiplano.tensor;
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports altiplano.files;
}
