package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;

import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// Weights of any quantised type in the memory map: each row is decoded to floats in the cache and
/// multiplied there. Subclasses multiply while they decode.
sealed class BlockWeights extends Weights
    permits SmallBlockWeights, Q4KWeights, Q5KWeights, Q6KWeights {
  private final BlockDecoder decoder;

  BlockWeights(Tensor tensor) {
    super(tensor);
    decoder = BlockDecoder.of(tensor.type());
  }

  /// Returns the fastest way for the tensor's type on this processor. Vectors of four floats have
  /// no instruction for four bytes, so that decoding by itself is as fast there.
  static BlockWeights of(Tensor tensor) {
    if (COUNT < 8) return new BlockWeights(tensor);
    return switch (tensor.type()) {
      case Q4_0, Q4_1, Q5_0, Q5_1 -> new SmallBlockWeights(tensor);
      case Q4_K -> new Q4KWeights(tensor);
      case Q5_K -> new Q5KWeights(tensor);
      case Q6_K -> new Q6KWeights(tensor);
      case F32, F16, BF16, Q8_0, Q2_K, Q3_K -> new BlockWeights(tensor);
    };
  }

  /// Each row decodes the weights again.
  @Override
  int fewRows() {
    return 3;
  }

  @Override
  void dot(Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    for (int row = from; row < to; row++) {
      decode(row, 0, columns, scratch, 0);
      float sum = dot(scratch, inputs.values(), input * columns, columns);
      y.set(FLOAT, (yAt + row) * Float.BYTES, sum);
    }
  }

  /// Rows of whole blocks of 32 fill whole vectors: there is no tail. Overwrites the weights.
  private static float dot(float[] weights, float[] x, int xAt, int count) {
    var even = FloatVector.zero(FLOATS);
    var odd = FloatVector.zero(FLOATS);
    for (int i = 0; i < count; i += 2 * COUNT) {
      even =
          FloatVector.fromArray(FLOATS, weights, i)
              .fma(FloatVector.fromArray(FLOATS, x, xAt + i), even);
      odd =
          FloatVector.fromArray(FLOATS, weights, i + COUNT)
              .fma(FloatVector.fromArray(FLOATS, x, xAt + i + COUNT), odd);
    }
    even.add(odd).intoArray(weights, 0);
    return Lanes.sum(weights, 0);
  }

  @Override
  void decode(int row, int from, int count, float[] target, int to) {
    long at = row * rowBytes + (long) (from / decoder.length()) * decoder.bytes();
    decoder.decode(data, at, target, to, count);
  }
}
