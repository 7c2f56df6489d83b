package altiplano.kernels;

import altiplano.tensor.ElementType;

/// A weight matrix in its engine's own layout: only the engine that made it can read it.
public interface Matrix {
  /// Returns the number of outputs.
  int rows();

  /// Returns the number of inputs.
  int columns();

  /// Returns the type the weights came in.
  ElementType type();

  /// Returns the bytes that the engine holds beside the tensor's own memory: 0 where the memory map
  /// is shared.
  long copiedBytes();
}
