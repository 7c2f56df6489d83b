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

import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// Q5_K weights in the memory map: as [Q4KWeights], with a fifth bit of each code in 32 bytes of
/// their own, bit `j` of byte `k` that of column `32j + k`.
final class Q5KWeights extends BlockWeights {
  private static final int BLOCK_BYTES = 176;

  Q5KWeights(Tensor tensor) {
    super(tensor);
  }

  @Override
  boolean needsSums() {
    return true;
  }

  @Override
  void dot(Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    float[] x = inputs.values();
    int blocks = columns / 256;
    int scales = SixBitScales.at(blocks);
    for (int row = from; row < to; row++) {
      long start = row * rowBytes;
      float minimums =
          SixBitScales.read(data, start, BLOCK_BYTES, blocks, inputs, input * columns, scratch);
      var sum = FloatVector.zero(FLOATS);
      for (int b = 0; b < blocks; b++) {
        long at = start + (long) b * BLOCK_BYTES;
        var blockSum = FloatVector.zero(FLOATS);
        for (int j = 0; j < 4; j++) {
          int c = input * columns + b * 256 + j * 64;
          var low = FloatVector.zero(FLOATS);
          var high = FloatVector.zero(FLOATS);
          for (int k = 0; k < 32; k += COUNT) {
            var codes =
                (IntVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at + 48 + 32L * j + k, LITTLE_ENDIAN)
                        .convertShape(UB2I, INTS, 0);
            var upper =
                ((IntVector)
                        ByteVector.fromMemorySegment(
                                QUARTER_BYTES, data, at + 16 + k, LITTLE_ENDIAN)
                            .convertShape(UB2I, INTS, 0))
                    .lanewise(LSHL, 4)
                    .lanewise(LSHR, 2 * j);
            low =
                ((FloatVector) codes.and(15).or(upper.and(16)).convert(I2F, 0))
                    .fma(FloatVector.fromArray(FLOATS, x, c + k), low);
            high =
                ((FloatVector)
                        codes.lanewise(LSHR, 4).or(upper.lanewise(LSHR, 1).and(16)).convert(I2F, 0))
                    .fma(FloatVector.fromArray(FLOATS, x, c + 32 + k), high);
          }
          int scale = scales + 16 * b + 2 * j;
          blockSum = low.fma(FloatVector.broadcast(FLOATS, scratch[scale]), blockSum);
          blockSum = high.fma(FloatVector.broadcast(FLOATS, scratch[scale + 1]), blockSum);
        }
        sum =
            blockSum.fma(
                FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, at))), sum);
      }
      sum.intoArray(scratch, 0);
      y.set(FLOAT, (yAt + row) * Float.BYTES, Lanes.sum(scratch, 0) - minimums);
    }
  }
}
