import org.jspecify.annotations.NullMarked;

/// Llama 3.1: configuration, weights, forward pass, key-value cache.
@NullMarked
module altiplano.model {
  requires transitive altiplano.files;
  requires transitive altiplano.kernels;
  requires transitive altiplano.tokenizer;
  requires java.management;
  requires jdk.management;
  requires static transitive org.jspecify;

  exports altiplano.model;
}
