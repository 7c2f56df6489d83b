package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.INTS;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;
import static altiplano.kernels.Lanes.QUARTER_BYTES;
import static altiplano.kernels.Lanes.UB2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// Q4_0, Q4_1, Q5_0 and Q5_1 weights in the memory map: blocks of 32 columns with a float16 scale,
/// a float16 minimum or none, four bytes of fifth bits or none, and 16 bytes, byte `k` with the
/// lower bits of columns `k` and `16 + k`.
final class SmallBlockWeights extends BlockWeights {
  private static final int BLOCK = 32;

  private final int blockBytes;
  private final boolean minimum;
  private final boolean fifthBits;

  /// The code that stands for zero.
  private final int zero;

  SmallBlockWeights(Tensor tensor) {
    super(tensor);
    blockBytes = tensor.type().blockBytes();
    minimum = tensor.type() == ElementType.Q4_1 || tensor.type() == ElementType.Q5_1;
    fifthBits = tensor.type() == ElementType.Q5_0 || tensor.type() == ElementType.Q5_1;
    zero = minimum ? 0 : fifthBits ? 16 : 8;
  }

  @Override
  boolean needsSums() {
    return minimum;
  }

  @Override
  void dot(Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    int xAt = input * columns;
    for (int row = from; row < to; row++) {
      float minimums = readScales(row * rowBytes, inputs.sums(), xAt, scratch);
      // Two loops rather than one with a choice inside, which would allocate vectors.
      if (fifthBits) dotFive(inputs.values(), xAt, row * rowBytes, scratch);
      else dotFour(inputs.values(), xAt, row * rowBytes, scratch);
      y.set(FLOAT, (yAt + row) * Float.BYTES, Lanes.sum(scratch, 0) + minimums);
    }
  }

  /// Reads a row's scales to the scratch and returns the minimums' part of its product.
  private float readScales(long start, float[] sums, int xAt, float[] scratch) {
    float total = 0;
    for (int b = 0; b < columns / BLOCK; b++) {
      long at = start + (long) b * blockBytes;
      scratch[STREAMS * COUNT + b] = Float.float16ToFloat(data.get(SHORT, at));
      if (minimum) {
        total += Float.float16ToFloat(data.get(SHORT, at + 2)) * sums[Inputs.sumAt(xAt, b)];
      }
    }
    return total;
  }

  private void dotFour(float[] x, int xAt, long start, float[] scratch) {
    int codesAt = blockBytes - 16;
    var sum = FloatVector.zero(FLOATS);
    for (int b = 0; b < columns / BLOCK; b++) {
      long at = start + (long) b * blockBytes + codesAt;
      int c = xAt + b * BLOCK;
      var low = FloatVector.zero(FLOATS);
      var high = FloatVector.zero(FLOATS);
      for (int k = 0; k < 16; k += COUNT) {
        var codes =
            (IntVector)
                ByteVector.fromMemorySegment(QUARTER_BYTES, data, at + k, LITTLE_ENDIAN)
                    .convertShape(UB2I, INTS, 0);
        low =
            ((FloatVector) codes.and(15).sub(zero).convert(I2F, 0))
                .fma(FloatVector.fromArray(FLOATS, x, c + k), low);
        high =
            ((FloatVector) codes.lanewise(LSHR, 4).sub(zero).convert(I2F, 0))
                .fma(FloatVector.fromArray(FLOATS, x, c + 16 + k), high);
      }
      sum = low.add(high).fma(FloatVector.broadcast(FLOATS, scratch[STREAMS * COUNT + b]), sum);
    }
    sum.intoArray(scratch, 0);
  }

  private void dotFive(float[] x, int xAt, long start, float[] scratch) {
    int codesAt = blockBytes - 16;
    var lanes = IntVector.zero(INTS).addIndex(1);
    var sum = FloatVector.zero(FLOATS);
    for (int b = 0; b < columns / BLOCK; b++) {
      long at = start + (long) b * blockBytes + codesAt;
      int word = data.get(Lanes.INT, at - 4);
      int c = xAt + b * BLOCK;
      var low = FloatVector.zero(FLOATS);
      var high = FloatVector.zero(FLOATS);
      for (int k = 0; k < 16; k += COUNT) {
        var codes =
            (IntVector)
                ByteVector.fromMemorySegment(QUARTER_BYTES, data, at + k, LITTLE_ENDIAN)
                    .convertShape(UB2I, INTS, 0);
        var bits = IntVector.broadcast(INTS, word >>> k).lanewise(LSHR, lanes);
        low =
            ((FloatVector)
                    codes.and(15).or(bits.lanewise(LSHL, 4).and(16)).sub(zero).convert(I2F, 0))
                .fma(FloatVector.fromArray(FLOATS, x, c + k), low);
        high =
            ((FloatVector)
                    codes
                        .lanewise(LSHR, 4)
                        .or(bits.lanewise(LSHR, 12).and(16))
                        .sub(zero)
                        .convert(I2F, 0))
                .fma(FloatVector.fromArray(FLOATS, x, c + 16 + k), high);
      }
      sum = low.add(high).fma(FloatVector.broadcast(FLOATS, scratch[STREAMS * COUNT + b]), sum);
    }
    sum.intoArray(scratch, 0);
  }
}
