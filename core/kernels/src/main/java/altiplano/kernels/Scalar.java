package altiplano.kernels;

import static altiplano.kernels.KeyValuePages.PAGE;

import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// The reference: each formula in its plainest form, sums in float64. Every other engine is tested
/// against this one.
final class Scalar implements Kernels {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /// Elements that a thread takes at a time where all are alike.
  private static final int GRAIN = 1 << 14;

  private final Workers workers;
  private final String reason;

  Scalar(KernelOptions options, String reason) {
    this.workers = new Workers(options.threads());
    this.reason = reason;
  }

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public String reason() {
    return reason;
  }

  @Override
  public int threads() {
    return workers.threads();
  }

  /// The tensor itself, in its own memory.
  private record Shared(Tensor tensor) implements Matrix {
    static Shared of(Matrix matrix) {
      if (matrix instanceof Shared shared) return shared;
      throw new IllegalArgumentException("the matrix was made by another engine");
    }

    @Override
    public int rows() {
      return Math.toIntExact(tensor.shape().rows());
    }

    @Override
    public int columns() {
      return Math.toIntExact(tensor.shape().columns());
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

  @Override
  public Matrix matrix(Tensor weights) {
    workers.requireOpen();
    return new Shared(weights);
  }

  @Override
  public long copiedBytes(Tensor weights) {
    return 0;
  }

  @Override
  public void multiply(Matrix w, MemorySegment x, MemorySegment y, int rows) {
    int columns = w.columns();
    Arguments.requireFloats("x", x, rows, columns);
    Arguments.requireFloats("y", y, rows, w.rows());
    var tensor = Shared.of(w).tensor();
    workers.run(
        w.rows(),
        Math.max(1, w.rows() / (8 * threads())),
        (from, to, worker) -> {
          var weights = new float[columns];
          for (int output = from; output < to; output++) {
            tensor.decodeRow(output, weights);
            for (int row = 0; row < rows; row++) {
              double sum = 0;
              for (int i = 0; i < columns; i++) {
                sum += (double) weights[i] * get(x, (long) row * columns + i);
              }
              set(y, (long) row * w.rows() + output, (float) sum);
            }
          }
        });
  }

  @Override
  public void gather(Matrix table, int[] ids, int count, MemorySegment y) {
    int columns = table.columns();
    Arguments.requireIds(table, ids, count);
    Arguments.requireFloats("y", y, count, columns);
    var tensor = Shared.of(table).tensor();
    workers.run(
        count,
        1,
        (from, to, worker) -> {
          var row = new float[columns];
          for (int i = from; i < to; i++) {
            tensor.decodeRow(ids[i], row);
            MemorySegment.copy(row, 0, y, FLOAT, (long) i * columns * Float.BYTES, columns);
          }
        });
  }

  @Override
  public void rmsNorm(
      MemorySegment x, MemorySegment weight, float epsilon, MemorySegment y, int rows, int width) {
    Arguments.requireFloats("x", x, rows, width);
    Arguments.requireFloats("weight", weight, 1, width);
    Arguments.requireFloats("y", y, rows, width);
    workers.run(
        rows,
        1,
        (from, to, worker) -> {
          for (int row = from; row < to; row++) {
            long at = (long) row * width;
            double squares = 0;
            for (int i = 0; i < width; i++) squares += square(get(x, at + i));
            double scale = 1 / Math.sqrt(squares / width + epsilon);
            for (int i = 0; i < width; i++) {
              set(y, at + i, (float) (get(x, at + i) * scale) * get(weight, i));
            }
          }
        });
  }

  @Override
  public void layerNorm(
      MemorySegment x,
      MemorySegment weight,
      MemorySegment bias,
      float epsilon,
      MemorySegment y,
      int rows,
      int width) {
    Arguments.requireFloats("x", x, rows, width);
    Arguments.requireFloats("weight", weight, 1, width);
    Arguments.requireFloats("bias", bias, 1, width);
    Arguments.requireFloats("y", y, rows, width);
    workers.run(
        rows,
        1,
        (from, to, worker) -> {
          for (int row = from; row < to; row++) {
            long at = (long) row * width;
            double sum = 0;
            for (int i = 0; i < width; i++) sum += get(x, at + i);
            double mean = sum / width;
            double squares = 0;
            for (int i = 0; i < width; i++) squares += square(get(x, at + i) - mean);
            double scale = 1 / Math.sqrt(squares / width + epsilon);
            for (int i = 0; i < width; i++) {
              float centred = (float) ((get(x, at + i) - mean) * scale);
              set(y, at + i, centred * get(weight, i) + get(bias, i));
            }
          }
        });
  }

  @Override
  public void rotate(
      MemorySegment x, int[] positions, double[] frequencies, int rows, int heads, int headSize) {
    int width = heads * headSize;
    Arguments.requireFloats("x", x, rows, width);
    workers.run(
        rows,
        1,
        (from, to, worker) -> {
          for (int row = from; row < to; row++) {
            for (int pair = 0; pair < headSize / 2; pair++) {
              double angle = positions[row] * frequencies[pair];
              float cos = (float) Math.cos(angle);
              float sin = (float) Math.sin(angle);
              for (int head = 0; head < heads; head++) {
                long at = (long) row * width + (long) head * headSize + 2L * pair;
                float even = get(x, at);
                float odd = get(x, at + 1);
                set(x, at, even * cos - odd * sin);
                set(x, at + 1, even * sin + odd * cos);
              }
            }
          }
        });
  }

  @Override
  public void store(
      MemorySegment x,
      int row,
      CacheType type,
      int keyValueHeads,
      int headSize,
      MemorySegment page,
      int index) {
    Arguments.requireFloats("x", x, row + 1L, (long) keyValueHeads * headSize);
    Arguments.requirePage(page, type, keyValueHeads, headSize, index);
    workers.acquire();
    try {
      for (int head = 0; head < keyValueHeads; head++) {
        long from = ((long) row * keyValueHeads + head) * headSize;
        long to = vectorOffset(type, headSize, head, index);
        storeVector(x, from, headSize, type, page, to);
      }
    } finally {
      workers.release();
    }
  }

  static void storeVector(
      MemorySegment x, long from, int size, CacheType type, MemorySegment page, long to) {
    switch (type) {
      case FLOAT32 -> {
        for (int i = 0; i < size; i++) page.set(FLOAT, to + 4L * i, get(x, from + i));
      }
      case FLOAT16 -> {
        for (int i = 0; i < size; i++) {
          page.set(SHORT, to + 2L * i, Float.floatToFloat16(get(x, from + i)));
        }
      }
      case INT8 -> {
        float largest = 0;
        for (int i = 0; i < size; i++) largest = Math.max(largest, Math.abs(get(x, from + i)));
        float scale = largest / 127;
        page.set(FLOAT, to, scale);
        for (int i = 0; i < size; i++) {
          int rounded = scale == 0 ? 0 : (int) Math.rint(get(x, from + i) / scale);
          page.set(BYTE, to + Float.BYTES + i, (byte) Math.clamp(rounded, -127, 127));
        }
      }
    }
  }

  @Override
  public void attend(MemorySegment q, List<AttentionRows> sequences, int heads, MemorySegment y) {
    Arguments.requireAttention(q, sequences, heads, y);
    for (var sequence : sequences) {
      workers.run(
          sequence.rows() * heads,
          1,
          (from, to, worker) -> {
            for (int i = from; i < to; i++) attendHead(q, sequence, i / heads, i % heads, heads, y);
          });
    }
  }

  /// One query vector against all positions that it sees.
  private static void attendHead(
      MemorySegment q, AttentionRows sequence, int row, int head, int heads, MemorySegment y) {
    var pages = sequence.pages();
    var type = pages.type();
    int size = pages.headSize();
    int keyValueHead = head / (heads / pages.keyValueHeads());
    int seen = sequence.firstPosition() + (sequence.causal() ? row + 1 : sequence.rows());
    long query = ((long) (sequence.firstRow() + row) * heads + head) * size;

    // Online softmax: what has been summed is scaled down whenever a larger score appears.
    double largest = Double.NEGATIVE_INFINITY;
    double total = 0;
    var sums = new double[size];
    for (int position = 0; position < seen; position++) {
      var keys = pages.keys(position / PAGE);
      var values = pages.values(position / PAGE);
      long at = vectorOffset(type, size, keyValueHead, position % PAGE);

      double score = 0;
      for (int i = 0; i < size; i++) score += get(q, query + i) * load(type, keys, at, i);
      score /= Math.sqrt(size);

      double newLargest = Math.max(largest, score);
      double shrink = Math.exp(largest - newLargest);
      double weight = Math.exp(score - newLargest);
      total = total * shrink + weight;
      for (int i = 0; i < size; i++)
        sums[i] = sums[i] * shrink + weight * load(type, values, at, i);
      largest = newLargest;
    }
    for (int i = 0; i < size; i++) set(y, query + i, (float) (sums[i] / total));
  }

  /// Returns where the vector of one head at one index of a page begins, in bytes.
  static long vectorOffset(CacheType type, int headSize, int keyValueHead, int index) {
    return ((long) keyValueHead * PAGE + index) * type.vectorBytes(headSize);
  }

  private static double load(CacheType type, MemorySegment page, long vector, int i) {
    return switch (type) {
      case FLOAT32 -> page.get(FLOAT, vector + 4L * i);
      case FLOAT16 -> Float.float16ToFloat(page.get(SHORT, vector + 2L * i));
      case INT8 -> page.get(FLOAT, vector) * page.get(BYTE, vector + Float.BYTES + i);
    };
  }

  @Override
  public void swiglu(MemorySegment gate, MemorySegment up, long elements) {
    Arguments.requireFloats("up", up, 1, elements);
    forEach("gate", gate, elements, (x, i) -> silu(x) * get(up, i));
  }

  static float silu(double x) {
    return (float) (x / (1 + Math.exp(-x)));
  }

  @Override
  public void relu(MemorySegment x, long elements) {
    forEach("x", x, elements, (value, i) -> Math.max(value, 0));
  }

  @Override
  public void gelu(MemorySegment x, long elements) {
    forEach("x", x, elements, (value, i) -> gelu(value));
  }

  static float gelu(double x) {
    return (float) (0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
  }

  @Override
  public void add(MemorySegment x, MemorySegment y, long elements) {
    Arguments.requireFloats("y", y, 1, elements);
    forEach("x", x, elements, (value, i) -> value + get(y, i));
  }

  @Override
  public void addBias(MemorySegment x, MemorySegment bias, int rows, int width) {
    Arguments.requireFloats("bias", bias, 1, width);
    forEach("x", x, (long) rows * width, (value, i) -> value + get(bias, i % width));
  }

  private interface ElementFunction {
    float apply(float x, long index);
  }

  private void forEach(String name, MemorySegment x, long elements, ElementFunction f) {
    Arguments.requireFloats(name, x, 1, elements);
    workers.run(
        Math.toIntExact((elements + GRAIN - 1) / GRAIN),
        1,
        (from, to, worker) -> {
          long end = Math.min((long) to * GRAIN, elements);
          for (long i = (long) from * GRAIN; i < end; i++) set(x, i, f.apply(get(x, i), i));
        });
  }

  private static double square(double x) {
    return x * x;
  }

  private static float get(MemorySegment x, long i) {
    return x.get(FLOAT, i * Float.BYTES);
  }

  private static void set(MemorySegment x, long i, float value) {
    x.set(FLOAT, i * Float.BYTES, value);
  }

  @Override
  public void close() {
    workers.close();
  }
}
