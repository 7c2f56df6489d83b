package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.HALF_SHORTS;
import static altiplano.kernels.Lanes.INTS;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;
import static altiplano.kernels.Lanes.S2I;
import static jdk.incubator.vector.VectorOperators.LSHL;

import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/// float16 weights in the memory map. [Lanes#fromFloat16] explains the conversion that is spelled
/// out here.
final class Float16Weights extends Weights {
  Float16Weights(Tensor tensor) {
    super(tensor);
  }

  @Override
  void dot(Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    float[] x = inputs.values();
    int xAt = input * columns;
    int step = (to - from + STREAMS - 1) / STREAMS;
    int bound = FLOATS.loopBound(columns);
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
      for (int c = 0; c < bound; c += COUNT) {
        var in = FloatVector.fromArray(FLOATS, x, xAt + c).mul(Lanes.FLOAT16_SCALE);
        sum0 =
            ((IntVector)
                    ShortVector.fromMemorySegment(HALF_SHORTS, data, at0 + 2L * c, LITTLE_ENDIAN)
                        .convertShape(S2I, INTS, 0))
                .lanewise(LSHL, 13)
                .and(Lanes.FLOAT16_BITS)
                .reinterpretAsFloats()
                .fma(in, sum0);
        sum1 =
            ((IntVector)
                    ShortVector.fromMemorySegment(HALF_SHORTS, data, at1 + 2L * c, LITTLE_ENDIAN)
                        .convertShape(S2I, INTS, 0))
                .lanewise(LSHL, 13)
                .and(Lanes.FLOAT16_BITS)
                .reinterpretAsFloats()
                .fma(in, sum1);
        sum2 =
            ((IntVector)
                    ShortVector.fromMemorySegment(HALF_SHORTS, data, at2 + 2L * c, LITTLE_ENDIAN)
                        .convertShape(S2I, INTS, 0))
                .lanewise(LSHL, 13)
                .and(Lanes.FLOAT16_BITS)
                .reinterpretAsFloats()
                .fma(in, sum2);
        sum3 =
            ((IntVector)
                    ShortVector.fromMemorySegment(HALF_SHORTS, data, at3 + 2L * c, LITTLE_ENDIAN)
                        .convertShape(S2I, INTS, 0))
                .lanewise(LSHL, 13)
                .and(Lanes.FLOAT16_BITS)
                .reinterpretAsFloats()
                .fma(in, sum3);
      }
      sum0.intoArray(scratch, 0);
      sum1.intoArray(scratch, COUNT);
      sum2.intoArray(scratch, 2 * COUNT);
      sum3.intoArray(scratch, 3 * COUNT);
      float s0 = Lanes.FLOAT16_SCALE * Lanes.sum(scratch, 0);
      float s1 = Lanes.FLOAT16_SCALE * Lanes.sum(scratch, COUNT);
      float s2 = Lanes.FLOAT16_SCALE * Lanes.sum(scratch, 2 * COUNT);
      float s3 = Lanes.FLOAT16_SCALE * Lanes.sum(scratch, 3 * COUNT);
      for (int c = bound; c < columns; c++) {
        s0 += value(at0 + 2L * c) * x[xAt + c];
        s1 += value(at1 + 2L * c) * x[xAt + c];
        s2 += value(at2 + 2L * c) * x[xAt + c];
        s3 += value(at3 + 2L * c) * x[xAt + c];
      }
      y.set(FLOAT, (yAt + row0) * Float.BYTES, s0);
      y.set(FLOAT, (yAt + row1) * Float.BYTES, s1);
      y.set(FLOAT, (yAt + row2) * Float.BYTES, s2);
      y.set(FLOAT, (yAt + row3) * Float.BYTES, s3);
    }
  }

  private float value(long at) {
    return Float.float16ToFloat(data.get(SHORT, at));
  }

  @Override
  void decode(int row, int from, int count, float[] target, int to) {
    long at = row * rowBytes + 2L * from;
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += COUNT) {
      Lanes.fromFloat16(data, at + 2L * i).intoArray(target, to + i);
    }
    for (int i = bound; i < count; i++) target[to + i] = value(at + 2L * i);
  }
}
