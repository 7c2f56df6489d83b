package altiplano.kernels;

import static altiplano.kernels.KeyValuePages.PAGE;
import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/// Attention over pages of keys and values with an online softmax (Dao et al. 2022,
/// "FlashAttention"; Milakov and Gimelshein 2018, "Online normalizer calculation for softmax").
///
/// The unit of work is one key-value head and a tile of consecutive query rows of one sequence: all
/// query heads of the group share each page that is read. Both products, with the keys and with the
/// values, are those of [Tile].
final class VectorAttention {
  /// Query vectors that a unit takes where the sequence has so many: rows times heads of a group.
  private static final int QUERIES = 48;

  /// The working memory of one thread. It grows to the largest call.
  private static final class Scratch {
    final float[] lanes = new float[COUNT];
    float[] queries = {}; // [queries, width]
    float[] rows = {}; // [PAGE, width]: keys before they are turned, then values
    float[] keys = {}; // [width, PAGE]
    float[] scores = {}; // [queries, PAGE]
    float[] sums = {}; // [queries, width]
    float[] largest = {};
    float[] totals = {};

    void resize(int queries, int width) {
      if (largest.length >= queries
          && rows.length >= PAGE * width
          && sums.length >= queries * width) return;
      this.queries = new float[queries * width];
      rows = new float[PAGE * width];
      keys = new float[width * PAGE];
      scores = new float[queries * PAGE];
      sums = new float[queries * width];
      largest = new float[queries];
      totals = new float[queries];
    }
  }

  private final Workers workers;
  private final Scratch[] scratch;
  private final Workers.Task attend = this::attend;
  private MemorySegment q = MemorySegment.NULL;
  private MemorySegment y = MemorySegment.NULL;
  private List<AttentionRows> sequences = List.of();
  private int heads;

  VectorAttention(Workers workers) {
    this.workers = workers;
    this.scratch = new Scratch[workers.threads()];
    Arrays.setAll(scratch, i -> new Scratch());
  }

  void run(MemorySegment q, List<AttentionRows> sequences, int heads, MemorySegment y) {
    this.q = q;
    this.sequences = sequences;
    this.heads = heads;
    this.y = y;
    int units = 0;
    for (int i = 0; i < sequences.size(); i++) units += units(sequences.get(i));
    workers.run(units, 1, attend);
    this.sequences = List.of();
  }

  private int tileRows(AttentionRows sequence) {
    return Math.max(1, QUERIES / (heads / sequence.pages().keyValueHeads()));
  }

  private int units(AttentionRows sequence) {
    int tile = tileRows(sequence);
    return (sequence.rows() + tile - 1) / tile * sequence.pages().keyValueHeads();
  }

  private void attend(int from, int to, int worker) {
    for (int unit = from; unit < to; unit++) {
      int index = 0;
      int rest = unit;
      while (rest >= units(sequences.get(index))) rest -= units(sequences.get(index++));
      var sequence = sequences.get(index);
      int keyValueHeads = sequence.pages().keyValueHeads();
      // Later rows see more: they go first, so that no thread ends up alone with the longest.
      int tiles = units(sequence) / keyValueHeads;
      attendTile(sequence, tiles - 1 - rest / keyValueHeads, rest % keyValueHeads, scratch[worker]);
    }
  }

  private void attendTile(AttentionRows sequence, int tile, int keyValueHead, Scratch own) {
    var pages = sequence.pages();
    int size = pages.headSize();
    int width = (size + Tile.WIDTH - 1) / Tile.WIDTH * Tile.WIDTH;
    int group = heads / pages.keyValueHeads();
    int firstRow = tile * tileRows(sequence);
    int tileRows = Math.min(tileRows(sequence), sequence.rows() - firstRow);
    int queries = tileRows * group;
    int padded = (queries + Tile.ROWS - 1) / Tile.ROWS * Tile.ROWS;
    own.resize(padded, width);
    loadQueries(sequence, firstRow, tileRows, keyValueHead, width, own);
    Arrays.fill(own.queries, queries * width, padded * width, 0);
    Arrays.fill(own.sums, 0, padded * width, 0);
    Arrays.fill(own.largest, 0, padded, Float.NEGATIVE_INFINITY);
    Arrays.fill(own.totals, 0, padded, 0);

    int seen = seen(sequence, firstRow + tileRows - 1);
    for (int page = 0; page * PAGE < seen; page++) {
      int filled = Math.min(PAGE, seen - page * PAGE);
      long at = Scalar.vectorOffset(pages.type(), size, keyValueHead, 0);
      load(pages.type(), pages.keys(page), at, filled, size, own.rows, width);
      turn(own.rows, filled, width, own.keys);
      Arrays.fill(own.scores, 0, padded * PAGE, 0);
      product(own.queries, padded, width, own.keys, PAGE, own.scores);
      for (int i = 0; i < queries; i++) {
        int visible = Math.min(PAGE, seen(sequence, firstRow + i / group) - page * PAGE);
        weigh(own, i, visible, width);
      }
      load(pages.type(), pages.values(page), at, filled, size, own.rows, width);
      Arrays.fill(own.rows, filled * width, PAGE * width, 0);
      product(own.scores, padded, PAGE, own.rows, width, own.sums);
    }

    for (int i = 0; i < queries; i++) {
      float scale = 1 / own.totals[i];
      for (int d = 0; d < size; d++) own.sums[i * width + d] *= scale;
      long target = vector(sequence, firstRow + i / group, keyValueHead * group + i % group, size);
      MemorySegment.copy(own.sums, i * width, y, Weights.FLOAT, target, size);
    }
  }

  /// Returns how many positions row `row` of a sequence sees.
  private static int seen(AttentionRows sequence, int row) {
    return sequence.firstPosition() + (sequence.causal() ? row + 1 : sequence.rows());
  }

  /// Returns where the vector of a head in `q` and `y` begins, in bytes.
  private long vector(AttentionRows sequence, int row, int head, int size) {
    return ((long) (sequence.firstRow() + row) * heads + head) * size * Float.BYTES;
  }

  private void loadQueries(
      AttentionRows sequence, int firstRow, int rows, int keyValueHead, int width, Scratch own) {
    int size = sequence.pages().headSize();
    int group = heads / sequence.pages().keyValueHeads();
    float scale = (float) (1 / Math.sqrt(size));
    for (int i = 0; i < rows * group; i++) {
      long from = vector(sequence, firstRow + i / group, keyValueHead * group + i % group, size);
      int to = i * width;
      MemorySegment.copy(q, Weights.FLOAT, from, own.queries, to, size);
      for (int d = 0; d < size; d++) own.queries[to + d] *= scale;
      Arrays.fill(own.queries, to + size, to + width, 0);
    }
  }

  /// `c[rows, columns] += a[rows, depth] b[depth, columns]`; rows and columns fill whole tiles.
  private static void product(float[] a, int rows, int depth, float[] b, int columns, float[] c) {
    for (int j = 0; j < columns; j += Tile.WIDTH) {
      for (int i = 0; i < rows; i += Tile.ROWS) {
        Tile.multiply(a, i * depth, depth, b, j, columns, depth, c, i * columns + j, columns);
      }
    }
  }

  /// Turns a query's scores of a page into weights, and brings what it summed before to the same
  /// scale.
  private static void weigh(Scratch own, int query, int visible, int width) {
    float[] scores = own.scores;
    int at = query * PAGE;
    int end = at + Math.max(0, visible);
    Arrays.fill(scores, end, at + PAGE, Float.NEGATIVE_INFINITY);
    var maxima = FloatVector.fromArray(FLOATS, scores, at);
    for (int i = COUNT; i < PAGE; i += COUNT) {
      maxima = maxima.max(FloatVector.fromArray(FLOATS, scores, at + i));
    }
    float before = own.largest[query];
    float largest = Math.max(before, maxima.reduceLanes(MAX));
    for (int i = 0; i < PAGE; i += COUNT) {
      Lanes.exp(FloatVector.fromArray(FLOATS, scores, at + i).sub(largest))
          .intoArray(scores, at + i);
    }
    Arrays.fill(scores, end, at + PAGE, 0);
    var sums = FloatVector.zero(FLOATS);
    for (int i = 0; i < PAGE; i += COUNT)
      sums = sums.add(FloatVector.fromArray(FLOATS, scores, at + i));
    if (largest > before) {
      float shrink = (float) Math.exp(before - largest);
      own.totals[query] *= shrink;
      for (int d = 0; d < width; d++) own.sums[query * width + d] *= shrink;
      own.largest[query] = largest;
    }
    sums.intoArray(own.lanes, 0);
    own.totals[query] += Lanes.sum(own.lanes, 0);
  }

  /// Transposes `[filled, width]` to `[width, PAGE]`.
  private static void turn(float[] rows, int filled, int width, float[] keys) {
    for (int d = 0; d < width; d += 8) {
      for (int position = 0; position < filled; position++) {
        for (int i = d; i < d + 8; i++) keys[i * PAGE + position] = rows[position * width + i];
      }
    }
  }

  /// Decodes the first `filled` vectors of one head of a page to `[filled, width]`, each filled up
  /// with zeros.
  private static void load(
      CacheType type,
      MemorySegment page,
      long at,
      int filled,
      int size,
      float[] target,
      int width) {
    for (int i = 0; i < filled; i++) {
      long vector = at + (long) i * type.vectorBytes(size);
      int to = i * width;
      switch (type) {
        case FLOAT32 -> MemorySegment.copy(page, Weights.FLOAT, vector, target, to, size);
        case FLOAT16 -> loadFloat16(page, vector, size, target, to);
        case INT8 -> loadInt8(page, vector, size, target, to);
      }
      Arrays.fill(target, to + size, to + width, 0);
    }
  }

  private static void loadFloat16(MemorySegment page, long at, int size, float[] target, int to) {
    int bound = FLOATS.loopBound(size);
    for (int d = 0; d < bound; d += COUNT) {
      Lanes.fromFloat16(page, at + 2L * d).intoArray(target, to + d);
    }
    for (int d = bound; d < size; d++) {
      target[to + d] = Float.float16ToFloat(page.get(Weights.SHORT, at + 2L * d));
    }
  }

  private static void loadInt8(MemorySegment page, long at, int size, float[] target, int to) {
    float scale = page.get(Weights.FLOAT, at);
    long first = at + Float.BYTES;
    int bound = FLOATS.loopBound(size);
    for (int d = 0; d < bound; d += COUNT) {
      ((FloatVector) Lanes.bytes(page, first + d).convert(I2F, 0))
          .mul(scale)
          .intoArray(target, to + d);
    }
    for (int d = bound; d < size; d++) target[to + d] = scale * page.get(Scalar.BYTE, first + d);
  }
}
