package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// What is done to each row or value by itself, a vector at a time. Ends of rows that fill no
/// vector are done by the formulas of [Scalar].
final class Elementwise implements Workers.Task {
  enum Operation {
    RMS_NORM,
    LAYER_NORM,
    SWIGLU,
    RELU,
    GELU,
    ADD,
    ADD_BIAS
  }

  /// Values that a thread takes at a time; a whole number of vectors.
  private static final int GRAIN = 1 << 13;

  private final Workers workers;

  /// Room for one vector a thread.
  private final float[][] lanes;

  private Operation operation = Operation.RELU;
  private MemorySegment x = MemorySegment.NULL;
  private MemorySegment other = MemorySegment.NULL;
  private MemorySegment bias = MemorySegment.NULL;
  private MemorySegment y = MemorySegment.NULL;
  private float epsilon;
  private long elements;
  private int width;

  Elementwise(Workers workers) {
    this.workers = workers;
    this.lanes = new float[workers.threads()][COUNT];
  }

  void rmsNorm(
      MemorySegment x, MemorySegment weight, float epsilon, MemorySegment y, int rows, int width) {
    this.operation = Operation.RMS_NORM;
    this.x = x;
    this.other = weight;
    this.epsilon = epsilon;
    this.y = y;
    this.width = width;
    workers.run(rows, Math.max(1, GRAIN / width), this);
  }

  void layerNorm(
      MemorySegment x,
      MemorySegment weight,
      MemorySegment bias,
      float epsilon,
      MemorySegment y,
      int rows,
      int width) {
    this.operation = Operation.LAYER_NORM;
    this.x = x;
    this.other = weight;
    this.bias = bias;
    this.epsilon = epsilon;
    this.y = y;
    this.width = width;
    workers.run(rows, Math.max(1, GRAIN / width), this);
  }

  /// `x = operation(x, other)`.
  void apply(Operation operation, MemorySegment x, MemorySegment other, long elements) {
    this.operation = operation;
    this.x = x;
    this.other = other;
    this.elements = elements;
    workers.run(Math.toIntExact((elements + GRAIN - 1) / GRAIN), 1, this);
  }

  void addBias(MemorySegment x, MemorySegment bias, int rows, int width) {
    this.operation = Operation.ADD_BIAS;
    this.x = x;
    this.other = bias;
    this.width = width;
    workers.run(rows, Math.max(1, GRAIN / width), this);
  }

  @Override
  public void run(int from, int to, int worker) {
    long start = (long) from * GRAIN;
    long end = Math.min((long) to * GRAIN, elements);
    switch (operation) {
      case RMS_NORM -> {
        for (int row = from; row < to; row++)
          rmsNorm((long) row * width * Float.BYTES, lanes[worker]);
      }
      case LAYER_NORM -> {
        for (int row = from; row < to; row++)
          layerNorm((long) row * width * Float.BYTES, lanes[worker]);
      }
      case SWIGLU -> swiglu(start * Float.BYTES, (int) (end - start));
      case RELU -> relu(start * Float.BYTES, (int) (end - start));
      case GELU -> gelu(start * Float.BYTES, (int) (end - start));
      case ADD -> add(start * Float.BYTES, start * Float.BYTES, (int) (end - start));
      case ADD_BIAS -> {
        for (int row = from; row < to; row++) add((long) row * width * Float.BYTES, 0, width);
      }
    }
  }

  private void rmsNorm(long at, float[] lanes) {
    int bound = FLOATS.loopBound(width);
    var sums = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += COUNT) {
      var v = FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN);
      sums = v.fma(v, sums);
    }
    sums.intoArray(lanes, 0);
    double squares = Lanes.sum(lanes, 0);
    for (int i = bound; i < width; i++) squares += square(get(x, at + 4L * i));
    float scale = (float) (1 / Math.sqrt(squares / width + epsilon));
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN)
          .mul(scale)
          .mul(FloatVector.fromMemorySegment(FLOATS, other, 4L * i, LITTLE_ENDIAN))
          .intoMemorySegment(y, at + 4L * i, LITTLE_ENDIAN);
    }
    for (int i = bound; i < width; i++) {
      set(y, at + 4L * i, get(x, at + 4L * i) * scale * get(other, 4L * i));
    }
  }

  private void layerNorm(long at, float[] lanes) {
    int bound = FLOATS.loopBound(width);
    var sums = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += COUNT) {
      sums = sums.add(FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN));
    }
    sums.intoArray(lanes, 0);
    double sum = Lanes.sum(lanes, 0);
    for (int i = bound; i < width; i++) sum += get(x, at + 4L * i);
    float mean = (float) (sum / width);
    var squareSums = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += COUNT) {
      var v = FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN).sub(mean);
      squareSums = v.fma(v, squareSums);
    }
    squareSums.intoArray(lanes, 0);
    double squares = Lanes.sum(lanes, 0);
    for (int i = bound; i < width; i++) squares += square(get(x, at + 4L * i) - mean);
    float scale = (float) (1 / Math.sqrt(squares / width + epsilon));
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN)
          .sub(mean)
          .mul(scale)
          .fma(
              FloatVector.fromMemorySegment(FLOATS, other, 4L * i, LITTLE_ENDIAN),
              FloatVector.fromMemorySegment(FLOATS, bias, 4L * i, LITTLE_ENDIAN))
          .intoMemorySegment(y, at + 4L * i, LITTLE_ENDIAN);
    }
    for (int i = bound; i < width; i++) {
      float centred = (get(x, at + 4L * i) - mean) * scale;
      set(y, at + 4L * i, centred * get(other, 4L * i) + get(bias, 4L * i));
    }
  }

  private void swiglu(long at, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += COUNT) {
      var gate = FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN);
      gate.div(Lanes.exp(gate.neg()).add(1f))
          .mul(FloatVector.fromMemorySegment(FLOATS, other, at + 4L * i, LITTLE_ENDIAN))
          .intoMemorySegment(x, at + 4L * i, LITTLE_ENDIAN);
    }
    for (int i = bound; i < count; i++) {
      set(x, at + 4L * i, Scalar.silu(get(x, at + 4L * i)) * get(other, at + 4L * i));
    }
  }

  private void relu(long at, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN)
          .max(0f)
          .intoMemorySegment(x, at + 4L * i, LITTLE_ENDIAN);
    }
    for (int i = bound; i < count; i++) set(x, at + 4L * i, Math.max(get(x, at + 4L * i), 0));
  }

  /// `(1 + tanh(u)) / 2` is `1 / (1 + exp(-2u))`.
  private void gelu(long at, int count) {
    float twice = (float) (2 * Math.sqrt(2 / Math.PI));
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += COUNT) {
      var v = FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN);
      var u = v.mul(v).mul(0.044715f).add(1f).mul(v).mul(twice);
      v.div(Lanes.exp(u.neg()).add(1f)).intoMemorySegment(x, at + 4L * i, LITTLE_ENDIAN);
    }
    for (int i = bound; i < count; i++) set(x, at + 4L * i, Scalar.gelu(get(x, at + 4L * i)));
  }

  private void add(long at, long otherAt, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += COUNT) {
      FloatVector.fromMemorySegment(FLOATS, x, at + 4L * i, LITTLE_ENDIAN)
          .add(FloatVector.fromMemorySegment(FLOATS, other, otherAt + 4L * i, LITTLE_ENDIAN))
          .intoMemorySegment(x, at + 4L * i, LITTLE_ENDIAN);
    }
    for (int i = bound; i < count; i++) {
      set(x, at + 4L * i, get(x, at + 4L * i) + get(other, otherAt + 4L * i));
    }
  }

  private static double square(double x) {
    return x * x;
  }

  private static float get(MemorySegment x, long at) {
    return x.get(Weights.FLOAT, at);
  }

  private static void set(MemorySegment x, long at, float value) {
    x.set(Weights.FLOAT, at, value);
  }
}
