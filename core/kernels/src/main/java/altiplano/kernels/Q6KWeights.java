package altiplano.kernels;

import static altiplano.kernels.Lanes.B2I;
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

/// Q6_K weights in the memory map: blocks of 256 codes of 6 bits, 32 for zero, with 128 bytes of
/// lower halves, 64 of upper bits, 16 signed scales, one for 16 columns, and their float16 scale.
final class Q6KWeights extends BlockWeights {
  private static final int BLOCK_BYTES = 210;
  private static final int UPPER = 128;
  private static final int SCALES = 192;
  private static final int SCALE = 208;

  Q6KWeights(Tensor tensor) {
    super(tensor);
  }

  @Override
  void dot(Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    float[] x = inputs.values();
    int blocks = columns / 256;
    int scales = STREAMS * COUNT;
    for (int row = from; row < to; row++) {
      long start = row * rowBytes;
      readScales(start, blocks, scratch, scales);
      var sum1 = FloatVector.zero(FLOATS);
      var sum2 = FloatVector.zero(FLOATS);
      var sum3 = FloatVector.zero(FLOATS);
      var sum4 = FloatVector.zero(FLOATS);
      for (int half = 0; half < 2 * blocks; half++) {
        // A half has 128 columns: bytes k and 32 + k hold columns k, 32 + k, 64 + k and 96 + k.
        long block = start + (long) (half >> 1) * BLOCK_BYTES;
        long lower = block + (half & 1) * 64L;
        long upper = block + UPPER + (half & 1) * 32L;
        int c = input * columns + half * 128;
        for (int k = 0; k < 32; k += COUNT) {
          var a =
              (IntVector)
                  ByteVector.fromMemorySegment(QUARTER_BYTES, data, lower + k, LITTLE_ENDIAN)
                      .convertShape(UB2I, INTS, 0);
          var b =
              (IntVector)
                  ByteVector.fromMemorySegment(QUARTER_BYTES, data, lower + 32 + k, LITTLE_ENDIAN)
                      .convertShape(UB2I, INTS, 0);
          var bits =
              (IntVector)
                  ByteVector.fromMemorySegment(QUARTER_BYTES, data, upper + k, LITTLE_ENDIAN)
                      .convertShape(UB2I, INTS, 0);
          int scale = scales + half * 8 + k / 16;
          sum1 =
              ((FloatVector) a.and(15).or(bits.lanewise(LSHL, 4).and(0x30)).sub(32).convert(I2F, 0))
                  .mul(FloatVector.fromArray(FLOATS, x, c + k))
                  .fma(FloatVector.broadcast(FLOATS, scratch[scale]), sum1);
          sum2 =
              ((FloatVector) b.and(15).or(bits.lanewise(LSHL, 2).and(0x30)).sub(32).convert(I2F, 0))
                  .mul(FloatVector.fromArray(FLOATS, x, c + 32 + k))
                  .fma(FloatVector.broadcast(FLOATS, scratch[scale + 2]), sum2);
          sum3 =
              ((FloatVector) a.lanewise(LSHR, 4).or(bits.and(0x30)).sub(32).convert(I2F, 0))
                  .mul(FloatVector.fromArray(FLOATS, x, c + 64 + k))
                  .fma(FloatVector.broadcast(FLOATS, scratch[scale + 4]), sum3);
          sum4 =
              ((FloatVector)
                      b.lanewise(LSHR, 4)
                          .or(bits.lanewise(LSHR, 2).and(0x30))
                          .sub(32)
                          .convert(I2F, 0))
                  .mul(FloatVector.fromArray(FLOATS, x, c + 96 + k))
                  .fma(FloatVector.broadcast(FLOATS, scratch[scale + 6]), sum4);
        }
      }
      sum1.add(sum2).add(sum3.add(sum4)).intoArray(scratch, 0);
      y.set(FLOAT, (yAt + row) * Float.BYTES, Lanes.sum(scratch, 0));
    }
  }

  /// Reads a row's scales, sixteen a block, to the scratch before its codes.
  private void readScales(long start, int blocks, float[] scratch, int to) {
    for (int b = 0; b < blocks; b++) {
      long at = start + (long) b * BLOCK_BYTES;
      float scale = Float.float16ToFloat(data.get(SHORT, at + SCALE));
      for (int k = 0; k < 16; k += COUNT) {
        ((FloatVector)
                ByteVector.fromMemorySegment(QUARTER_BYTES, data, at + SCALES + k, LITTLE_ENDIAN)
                    .convertShape(B2I, INTS, 0)
                    .convert(I2F, 0))
            .mul(scale)
            .intoArray(scratch, to + 16 * b + k);
      }
    }
  }
}
