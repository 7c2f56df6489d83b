package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// float32 weights in the memory map.
final class Float32Weights extends Weights {
  /// What an engine holds before its first call.
  static final Weights NONE =
      new Float32Weights(
          new Tensor(ElementType.F32, Shape.of(1, 1), Arena.global().allocate(Float.BYTES)));

  Float32Weights(Tensor tensor) {
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
        var in = FloatVector.fromArray(FLOATS, x, xAt + c);
        sum0 =
            FloatVector.fromMemorySegment(FLOATS, data, at0 + 4L * c, LITTLE_ENDIAN).fma(in, sum0);
        sum1 =
            FloatVector.fromMemorySegment(FLOATS, data, at1 + 4L * c, LITTLE_ENDIAN).fma(in, sum1);
        sum2 =
            FloatVector.fromMemorySegment(FLOATS, data, at2 + 4L * c, LITTLE_ENDIAN).fma(in, sum2);
        sum3 =
            FloatVector.fromMemorySegment(FLOATS, data, at3 + 4L * c, LITTLE_ENDIAN).fma(in, sum3);
      }
      sum0.intoArray(scratch, 0);
      sum1.intoArray(scratch, COUNT);
      sum2.intoArray(scratch, 2 * COUNT);
      sum3.intoArray(scratch, 3 * COUNT);
      float s0 = Lanes.sum(scratch, 0);
      float s1 = Lanes.sum(scratch, COUNT);
      float s2 = Lanes.sum(scratch, 2 * COUNT);
      float s3 = Lanes.sum(scratch, 3 * COUNT);
      for (int c = bound; c < columns; c++) {
        s0 += value(at0 + 4L * c) * x[xAt + c];
        s1 += value(at1 + 4L * c) * x[xAt + c];
        s2 += value(at2 + 4L * c) * x[xAt + c];
        s3 += value(at3 + 4L * c) * x[xAt + c];
      }
      y.set(FLOAT, (yAt + row0) * Float.BYTES, s0);
      y.set(FLOAT, (yAt + row1) * Float.BYTES, s1);
      y.set(FLOAT, (yAt + row2) * Float.BYTES, s2);
      y.set(FLOAT, (yAt + row3) * Float.BYTES, s3);
    }
  }

  private float value(long at) {
    return data.get(FLOAT, at);
  }

  @Override
  void decode(int row, int from, int count, float[] target, int to) {
    long at = row * rowBytes + 4L * from;
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector.fromMemorySegment(FLOATS, data, at + 4L * i, LITTLE_ENDIAN)
          .intoArray(target, to + i);
    }
    for (int i = bound; i < count; i++) target[to + i] = value(at + 4L * i);
  }
}
