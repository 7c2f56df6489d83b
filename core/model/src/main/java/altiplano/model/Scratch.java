package altiplano.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The float32 rows that a pass computes on, reused by every pass of a model.
final class Scratch implements AutoCloseable {
  /// Hidden states `[rows, width]`: what the residual connections carry.
  final MemorySegment x;

  /// Normalised input of a block, then its output, `[rows, width]`.
  final MemorySegment n;

  /// Queries, then attention's result, `[rows, heads * headSize]`.
  final MemorySegment q;

  final MemorySegment attended;

  /// Keys and values, `[rows, keyValueHeads * headSize]`.
  final MemorySegment k;

  final MemorySegment v;

  /// Inside the feed-forward network, `[rows, feedForward]`.
  final MemorySegment gate;

  final MemorySegment up;

  private final Arena arena = Arena.ofShared();
  private final int rows;

  Scratch(LlamaConfig config, int rows) {
    this.rows = rows;
    x = floats(config.width());
    n = floats(config.width());
    q = floats(config.queryWidth());
    attended = floats(config.queryWidth());
    k = floats(config.keyValueWidth());
    v = floats(config.keyValueWidth());
    gate = floats(config.feedForward());
    up = floats(config.feedForward());
  }

  /// Returns the bytes of a scratch of `rows` rows.
  static long bytes(LlamaConfig config, int rows) {
    long floats =
        2L * config.width()
            + 2L * config.queryWidth()
            + 2L * config.keyValueWidth()
            + 2L * config.feedForward();
    return floats * Float.BYTES * rows;
  }

  private MemorySegment floats(int width) {
    return arena.allocate((long) rows * width * Float.BYTES, 64);
  }

  int rows() {
    return rows;
  }

  @Override
  public void close() {
    arena.close();
  }
}
