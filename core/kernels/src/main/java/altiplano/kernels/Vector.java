package altiplano.kernels;

import altiplano.kernels.KernelOptions.Activations;
import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// The engine on the Vector API.
///
/// Few rows are multiplied straight from the weights' own memory, at the rate it can be read; many
/// rows by blocks in the cache, at the rate of the multiply-adders.
final class Vector implements Kernels {
  /// Enough that a thread which the machine takes away for a while leaves its share to others.
  private static final int PARTS_A_THREAD = 8;

  private final Workers workers;
  private final Activations activations;
  private final boolean repack;
  private final Arena arena = Arena.ofShared();

  private final Inputs inputs = new Inputs();
  private final BlockedProduct blockedProduct;
  private final VectorAttention attention;
  private final Rotary rotary;
  private final Elementwise elementwise;
  private final float[][] scratch;

  // The call under way.
  private Weights weights = Float32Weights.NONE;
  private MemorySegment x = MemorySegment.NULL;
  private MemorySegment y = MemorySegment.NULL;
  private int[] ids = {};
  private int firstRow;
  private int rows;
  private final Workers.Task readInputs = this::readInputs;
  private final Workers.Task multiplyFew = this::multiplyFew;
  private final Workers.Task gather = this::gather;

  Vector(KernelOptions options) {
    workers = new Workers(options.threads());
    activations = options.activations();
    repack = options.repack();
    scratch = new float[workers.threads()][Weights.STREAMS * Lanes.COUNT];
    blockedProduct = new BlockedProduct(workers);
    attention = new VectorAttention(workers);
    rotary = new Rotary(workers);
    elementwise = new Elementwise(workers);
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public String reason() {
    return "the Vector API is here, with vectors of %d bits"
        .formatted(Lanes.FLOATS.vectorBitSize());
  }

  @Override
  public int threads() {
    return workers.threads();
  }

  @Override
  public Matrix matrix(Tensor tensor) {
    workers.acquire();
    try {
      return switch (tensor.type()) {
        case F32 -> new Float32Weights(tensor);
        case F16 -> new Float16Weights(tensor);
        case BF16 -> new BFloat16Weights(tensor);
        case Q8_0 -> new Q8Weights(tensor);
        case Q4_0 -> repack ? repacked(tensor) : BlockWeights.of(tensor);
        case Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K -> BlockWeights.of(tensor);
      };
    } finally {
      workers.release();
    }
  }

  private Weights repacked(Tensor tensor) {
    var memory = arena.allocate(Q4Weights.packedBytes(tensor), 64);
    var repacked = new Q4Weights(tensor, memory, rounds(ElementType.Q4_0));
    workers.run(repacked.groups(), 4, (from, to, worker) -> repacked.repack(from, to));
    return repacked;
  }

  @Override
  public long copiedBytes(Tensor tensor) {
    return repack && tensor.type() == ElementType.Q4_0 ? Q4Weights.packedBytes(tensor) : 0;
  }

  /// Returns whether inputs of such a matrix are rounded to 8 bits. It does not depend on the
  /// number of rows, so that a prompt gives the same in one call and in many.
  private boolean rounds(ElementType type) {
    return switch (activations) {
      case FLOAT32 -> false;
      case INT8 -> type.quantised();
      case AUTO -> type == ElementType.Q4_0 && repack;
    };
  }

  @Override
  public void multiply(Matrix w, MemorySegment x, MemorySegment y, int rows) {
    Arguments.requireFloats("x", x, rows, w.columns());
    Arguments.requireFloats("y", y, rows, w.rows());
    workers.acquire();
    try {
      weights = own(w);
      this.x = x;
      this.y = y;
      if (rows <= weights.fewRows()) multiplyFew(rows);
      else multiplyMany(rows);
    } finally {
      workers.release();
    }
  }

  private static Weights own(Matrix matrix) {
    if (matrix instanceof Weights weights) return weights;
    throw new IllegalArgumentException("the matrix was made by another engine");
  }

  private void multiplyFew(int rows) {
    this.rows = rows;
    readInputs(0, rows);
    growScratch(weights.columns);
    int together = weights.rowsTogether();
    int units = (weights.rows + together - 1) / together;
    workers.run(units, Math.max(1, units / (PARTS_A_THREAD * threads())), multiplyFew);
  }

  private void multiplyFew(int from, int to, int worker) {
    int together = weights.rowsTogether();
    int end = Math.min(to * together, weights.rows);
    for (int row = 0; row < rows; row++) {
      long yAt = (long) row * weights.rows;
      weights.dot(inputs, row, y, yAt, from * together, end, scratch[worker]);
    }
  }

  private void multiplyMany(int rows) {
    for (int first = 0; first < rows; first += BlockedProduct.MAX_ROWS) {
      int count = Math.min(BlockedProduct.MAX_ROWS, rows - first);
      readInputs(first, count);
      blockedProduct.run(weights, inputs, count, y, first);
    }
  }

  private void readInputs(int first, int count) {
    firstRow = first;
    inputs.resize(count, weights.columns);
    workers.run(count, 1, readInputs);
  }

  private void readInputs(int from, int to, int worker) {
    boolean rounded = rounds(weights.type());
    boolean sums = weights.needsSums();
    for (int row = from; row < to; row++) {
      if (rounded) inputs.round(x, firstRow + row, weights.columns, row);
      else inputs.copy(x, firstRow + row, weights.columns, row);
      if (sums) inputs.addUp(weights.columns, row);
    }
  }

  @Override
  public void gather(Matrix table, int[] ids, int count, MemorySegment y) {
    Arguments.requireIds(table, ids, count);
    Arguments.requireFloats("y", y, count, table.columns());
    workers.acquire();
    try {
      weights = own(table);
      this.ids = ids;
      this.y = y;
      growScratch(weights.columns);
      workers.run(count, 1, gather);
    } finally {
      workers.release();
    }
  }

  private void gather(int from, int to, int worker) {
    int columns = weights.columns;
    for (int i = from; i < to; i++) {
      weights.decode(ids[i], 0, columns, scratch[worker], 0);
      long at = (long) i * columns * Float.BYTES;
      MemorySegment.copy(scratch[worker], 0, y, Weights.FLOAT, at, columns);
    }
  }

  private void growScratch(int columns) {
    int floats = columns + Weights.STREAMS * Lanes.COUNT;
    if (scratch[0].length < floats) Arrays.setAll(scratch, i -> new float[floats]);
  }

  @Override
  public void rmsNorm(
      MemorySegment x, MemorySegment weight, float epsilon, MemorySegment y, int rows, int width) {
    Arguments.requireFloats("x", x, rows, width);
    Arguments.requireFloats("weight", weight, 1, width);
    Arguments.requireFloats("y", y, rows, width);
    workers.acquire();
    try {
      elementwise.rmsNorm(x, weight, epsilon, y, rows, width);
    } finally {
      workers.release();
    }
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
    workers.acquire();
    try {
      elementwise.layerNorm(x, weight, bias, epsilon, y, rows, width);
    } finally {
      workers.release();
    }
  }

  @Override
  public void rotate(
      MemorySegment x, int[] positions, double[] frequencies, int rows, int heads, int headSize) {
    Arguments.requireFloats("x", x, rows, (long) heads * headSize);
    workers.acquire();
    try {
      rotary.run(x, positions, frequencies, rows, heads, headSize);
    } finally {
      workers.release();
    }
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
        long to = Scalar.vectorOffset(type, headSize, head, index);
        Scalar.storeVector(x, from, headSize, type, page, to);
      }
    } finally {
      workers.release();
    }
  }

  @Override
  public void attend(MemorySegment q, List<AttentionRows> sequences, int heads, MemorySegment y) {
    Arguments.requireAttention(q, sequences, heads, y);
    workers.acquire();
    try {
      attention.run(q, sequences, heads, y);
    } finally {
      workers.release();
    }
  }

  @Override
  public void swiglu(MemorySegment gate, MemorySegment up, long elements) {
    Arguments.requireFloats("up", up, 1, elements);
    apply(Elementwise.Operation.SWIGLU, "gate", gate, up, elements);
  }

  @Override
  public void relu(MemorySegment x, long elements) {
    apply(Elementwise.Operation.RELU, "x", x, x, elements);
  }

  @Override
  public void gelu(MemorySegment x, long elements) {
    apply(Elementwise.Operation.GELU, "x", x, x, elements);
  }

  @Override
  public void add(MemorySegment x, MemorySegment y, long elements) {
    Arguments.requireFloats("y", y, 1, elements);
    apply(Elementwise.Operation.ADD, "x", x, y, elements);
  }

  private void apply(
      Elementwise.Operation operation,
      String name,
      MemorySegment x,
      MemorySegment other,
      long elements) {
    Arguments.requireFloats(name, x, 1, elements);
    workers.acquire();
    try {
      elementwise.apply(operation, x, other, elements);
    } finally {
      workers.release();
    }
  }

  @Override
  public void addBias(MemorySegment x, MemorySegment bias, int rows, int width) {
    Arguments.requireFloats("x", x, rows, width);
    Arguments.requireFloats("bias", bias, 1, width);
    workers.acquire();
    try {
      elementwise.addBias(x, bias, rows, width);
    } finally {
      workers.release();
    }
  }

  /// A call under way in another thread ends first.
  @Override
  public void close() {
    workers.close();
    if (arena.scope().isAlive()) arena.close();
  }
}
