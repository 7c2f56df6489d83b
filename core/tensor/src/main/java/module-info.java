import org.jspecify.annotations.NullMarked;

/// Element types, block layouts and tensors over memory segments.
@NullMarked
module altiplano.tensor {
  requires static transitive org.jspecify;

  exports altiplano.tensor;
}
