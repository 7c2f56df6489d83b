import org.jspecify.annotations.NullMarked;

/// Arithmetic over tensors: one interface, several engines.
@NullMarked
module altiplano.kernels {
  requires transitive altiplano.tensor;
  requires static transitive org.jspecify;
  requires jdk.incubator.vector;

  exports altiplano.kernels;
}
