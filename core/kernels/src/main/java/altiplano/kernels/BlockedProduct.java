package altiplano.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The product for many input rows, as in Goto and van de Geijn 2008, "Anatomy of High-Performance
/// Matrix Multiplication".
///
/// The inputs are laid out once with their rows in the lanes, `[rows / WIDTH, columns, WIDTH]`.
/// Each thread then decodes [#OUTPUTS] rows of weights, [#DEPTH] columns at a time, and multiplies
/// them with all inputs while they are in the cache: a weight is decoded once for [#MAX_ROWS]
/// inputs.
final class BlockedProduct {
  /// Input rows of one pass: what they and one block of weights take fits the second-level cache.
  static final int MAX_ROWS = 512;

  /// Columns between two visits to the sums; a multiple of every block length.
  private static final int DEPTH = 256;

  /// Rows of weights that are decoded together.
  private static final int OUTPUTS = 8 * Tile.ROWS;

  /// The working memory of one thread.
  private static final class Scratch {
    final float[] weights = new float[OUTPUTS * DEPTH];
    final float[] sums = new float[OUTPUTS * MAX_ROWS];
    final float[] line = new float[OUTPUTS];
  }

  private final Workers workers;
  private final Scratch[] scratch;
  private final Workers.Task layOut = this::layOut;
  private final Workers.Task multiply = this::multiply;

  private float[] panels = {};
  private Inputs inputs = new Inputs();
  private int rows;
  private int padded;
  private Weights weights = Float32Weights.NONE;
  private MemorySegment y = MemorySegment.NULL;
  private long yRow;

  BlockedProduct(Workers workers) {
    this.workers = workers;
    this.scratch = new Scratch[workers.threads()];
    Arrays.setAll(scratch, i -> new Scratch());
  }

  /// Multiplies up to [#MAX_ROWS] rows of `inputs` into the rows of `y` from `yRow`.
  void run(Weights weights, Inputs inputs, int rows, MemorySegment y, long yRow) {
    this.weights = weights;
    this.inputs = inputs;
    this.rows = rows;
    this.padded = (rows + Tile.WIDTH - 1) / Tile.WIDTH * Tile.WIDTH;
    this.y = y;
    this.yRow = yRow;
    int needed = Math.multiplyExact(padded, weights.columns);
    if (panels.length < needed) panels = new float[needed];
    workers.run(padded / Tile.WIDTH, 1, layOut);
    workers.run(weights.rows, OUTPUTS, multiply);
  }

  private void layOut(int from, int to, int worker) {
    int columns = weights.columns;
    float[] values = inputs.values();
    for (int panel = from; panel < to; panel++) {
      int target = panel * columns * Tile.WIDTH;
      for (int lane = 0; lane < Tile.WIDTH; lane++) {
        int row = panel * Tile.WIDTH + lane;
        for (int k = 0; k < columns; k++) {
          panels[target + k * Tile.WIDTH + lane] = row < rows ? values[row * columns + k] : 0;
        }
      }
    }
  }

  private void multiply(int from, int to, int worker) {
    var own = scratch[worker];
    int columns = weights.columns;
    for (int first = from; first < to; first += OUTPUTS) {
      int outputs = Math.min(OUTPUTS, to - first);
      Arrays.fill(own.sums, 0, OUTPUTS * padded, 0);
      for (int k = 0; k < columns; k += DEPTH) {
        int depth = Math.min(DEPTH, columns - k);
        for (int i = 0; i < outputs; i++) {
          weights.decode(first + i, k, depth, own.weights, i * DEPTH);
        }
        multiplyBlock(own, outputs, k, depth);
      }
      store(own, first, outputs);
    }
  }

  private void multiplyBlock(Scratch own, int outputs, int k, int depth) {
    for (int panel = 0; panel < padded / Tile.WIDTH; panel++) {
      int b = (panel * weights.columns + k) * Tile.WIDTH;
      // The last tile may take in rows of an earlier block: nobody reads their sums.
      for (int i = 0; i < outputs; i += Tile.ROWS) {
        int c = i * padded + panel * Tile.WIDTH;
        Tile.multiply(
            own.weights, i * DEPTH, DEPTH, panels, b, Tile.WIDTH, depth, own.sums, c, padded);
      }
    }
  }

  private void store(Scratch own, int first, int outputs) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < outputs; i++) own.line[i] = own.sums[i * padded + row];
      long at = ((yRow + row) * weights.rows + first) * Float.BYTES;
      MemorySegment.copy(own.line, 0, y, Weights.FLOAT, at, outputs);
    }
  }
}
