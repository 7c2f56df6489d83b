package altiplano.kernels;

import static altiplano.kernels.Lanes.B2I;
import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.INTS;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;
import static altiplano.kernels.Lanes.QUARTER_BYTES;
import static jdk.incubator.vector.VectorOperators.I2F;

import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/// Q8_0 weights in the memory map: blocks of a float16 scale and 32 signed bytes.
final class Q8Weights extends Weights {
  private static final int BLOCK = 32;
  private static final int BLOCK_BYTES = 34;

  Q8Weights(Tensor tensor) {
    super(tensor);
  }

  @Override
  void dot(Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    if (COUNT == 16) dotWide(inputs.values(), input * columns, y, yAt, from, to, scratch);
    else dotNarrow(inputs.values(), input * columns, y, yAt, from, to, scratch);
  }

  /// A block is two vectors of 16.
  private void dotWide(
      float[] x, int xAt, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    int step = (to - from + STREAMS - 1) / STREAMS;
    int blocks = columns / BLOCK;
    for (int row0 = from; row0 < from + step; row0++) {
      int row1 = Math.min(row0 + step, to - 1);
      int row2 = Math.min(row0 + 2 * step, to - 1);
      int row3 = Math.min(row0 + 3 * step, to - 1);
      long at0 = row0 * rowBytes;
      long at1 = row1 * rowBytes;
      long at2 = row2 * rowBytes;
      long at3 = row3 * rowBytes;
      var sum0 = FloatVector.zero(FLOATS);
      var sum1 = FloatVector.zero(FLOATS);
      var sum2 = FloatVector.zero(FLOATS);
      var sum3 = FloatVector.zero(FLOATS);
      for (int b = 0; b < blocks; b++) {
        var low = FloatVector.fromArray(FLOATS, x, xAt + b * BLOCK);
        var high = FloatVector.fromArray(FLOATS, x, xAt + b * BLOCK + 16);
        long block = (long) b * BLOCK_BYTES;
        var part0 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at0 + block + 2, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .mul(low);
        part0 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at0 + block + 18, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .fma(high, part0);
        sum0 =
            FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, at0 + block)))
                .fma(part0, sum0);
        var part1 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at1 + block + 2, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .mul(low);
        part1 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at1 + block + 18, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .fma(high, part1);
        sum1 =
            FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, at1 + block)))
                .fma(part1, sum1);
        var part2 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at2 + block + 2, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .mul(low);
        part2 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at2 + block + 18, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .fma(high, part2);
        sum2 =
            FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, at2 + block)))
                .fma(part2, sum2);
        var part3 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at3 + block + 2, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .mul(low);
        part3 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(
                            QUARTER_BYTES, data, at3 + block + 18, LITTLE_ENDIAN)
                        .convertShape(B2I, INTS, 0)
                        .convert(I2F, 0))
                .fma(high, part3);
        sum3 =
            FloatVector.broadcast(FLOATS, Float.float16ToFloat(data.get(SHORT, at3 + block)))
                .fma(part3, sum3);
      }
      sum0.intoArray(scratch, 0);
      y.set(FLOAT, (yAt + row0) * Float.BYTES, Lanes.sum(scratch, 0));
      sum1.intoArray(scratch, COUNT);
      y.set(FLOAT, (yAt + row1) * Float.BYTES, Lanes.sum(scratch, COUNT));
      sum2.intoArray(scratch, 2 * COUNT);
      y.set(FLOAT, (yAt + row2) * Float.BYTES, Lanes.sum(scratch, 2 * COUNT));
      sum3.intoArray(scratch, 3 * COUNT);
      y.set(FLOAT, (yAt + row3) * Float.BYTES, Lanes.sum(scratch, 3 * COUNT));
    }
  }

  /// A block is four vectors of 8 or eight of 4.
  private void dotNarrow(
      float[] x, int xAt, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    int step = (to - from + 1) / 2;
    int blocks = columns / BLOCK;
    for (int row0 = from; row0 < from + step; row0++) {
      int row1 = Math.min(row0 + step, to - 1);
      long at0 = row0 * rowBytes;
      long at1 = row1 * rowBytes;
      var sum0 = FloatVector.zero(FLOATS);
      var sum1 = FloatVector.zero(FLOATS);
      for (int b = 0; b < blocks; b++) {
        long block = (long) b * BLOCK_BYTES;
        var part0 = FloatVector.zero(FLOATS);
        var part1 = FloatVector.zero(FLOATS);
        for (int i = 0; i < BLOCK; i += COUNT) {
          var input = FloatVector.fromArray(FLOATS, x, xAt + b * BLOCK + i);
          part0 =
              ((FloatVector) Lanes.bytes(data, at0 + block + 2 + i).convert(I2F, 0))
                  .fma(input, part0);
          part1 =
              ((FloatVector) Lanes.bytes(data, at1 + block + 2 + i).convert(I2F, 0))
                  .fma(input, part1);
        }
        sum0 = part0.mul(Float.float16ToFloat(data.get(SHORT, at0 + block))).add(sum0);
        sum1 = part1.mul(Float.float16ToFloat(data.get(SHORT, at1 + block))).add(sum1);
      }
      sum0.intoArray(scratch, 0);
      y.set(FLOAT, (yAt + row0) * Float.BYTES, Lanes.sum(scratch, 0));
      sum1.intoArray(scratch, COUNT);
      y.set(FLOAT, (yAt + row1) * Float.BYTES, Lanes.sum(scratch, COUNT));
    }
  }

  @Override
  void decode(int row, int from, int count, float[] target, int to) {
    for (int b = 0; b < count / BLOCK; b++) {
      long block = row * rowBytes + (long) (from / BLOCK + b) * BLOCK_BYTES;
      float scale = Float.float16ToFloat(data.get(SHORT, block));
      for (int i = 0; i < BLOCK; i += COUNT) {
        ((FloatVector) Lanes.bytes(data, block + 2 + i).convert(I2F, 0))
            .mul(scale)
            .intoArray(target, to + b * BLOCK + i);
      }
    }
  }
}
