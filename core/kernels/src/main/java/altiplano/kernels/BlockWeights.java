package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;

import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// Weights of any quantised type in the memory map: each row is decoded to floats in the cache and
/// multiplied there.
final class BlockWeights extends Weights {
  private final BlockDecoder decoder;

  BlockWeights(Tensor tensor) {
    super(tensor);
    decoder = BlockDecoder.of(tensor.type());
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
