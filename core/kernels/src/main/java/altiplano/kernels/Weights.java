package altiplano.kernels;

import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A weight matrix of the vector engine: how one storage type is multiplied by few rows, and how it
/// is decoded for many.
abstract sealed class Weights implements Matrix
    permits Float32Weights, Float16Weights, BFloat16Weights, Q8Weights, Q4Weights, BlockWeights {
  /// How many rows far apart a loop reads at once. One row after the other leaves the memory half
  /// idle, and neighbouring rows restart the processor's prefetch at each row's end: four streams
  /// that each run on gave F16 29 GB/s of 37 where one gave 20.
  static final int STREAMS = 4;

  static final ValueLayout.OfFloat FLOAT = Scalar.FLOAT;
  static final ValueLayout.OfShort SHORT = Scalar.SHORT;

  /// The tensor as it is in the file.
  final Tensor tensor;

  final MemorySegment data;
  final long rowBytes;
  final int rows;
  final int columns;

  Weights(Tensor tensor) {
    this.tensor = tensor;
    this.data = tensor.data();
    this.rowBytes = tensor.rowBytes();
    this.rows = Math.toIntExact(tensor.shape().rows());
    this.columns = Math.toIntExact(tensor.shape().columns());
  }

  /// Returns the rows that [#dot] must be given together: its ranges begin and end at multiples.
  int rowsTogether() {
    return 1;
  }

  /// Returns up to how many input rows [#dot] is the fastest way: the first reads the weights from
  /// memory, the others from the cache.
  int fewRows() {
    return 8;
  }

  /// Returns whether [#dot] reads [Inputs#sums].
  boolean needsSums() {
    return false;
  }

  /// Multiplies one input row: `y[yAt + r] = W[r] . x` for `r` in `from .. to`.
  ///
  /// @param yAt index in floats of the output row in `y`
  /// @param scratch room for a row of floats, and for a vector of each stream before it
  abstract void dot(
      Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch);

  /// Decodes `count` values of a row from column `from`, both whole blocks, to `target` from `to`.
  abstract void decode(int row, int from, int count, float[] target, int to);

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public ElementType type() {
    return tensor.type();
  }

  @Override
  public long copiedBytes() {
    return 0;
  }
}
