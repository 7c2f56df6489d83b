package altiplano.kernels;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// What every engine asks of its callers' memory, checked before any of it is touched.
final class Arguments {
  private Arguments() {}

  /// Requires a native segment with room for `rows` rows of `width` floats.
  static void requireFloats(String name, MemorySegment x, long rows, long width) {
    requireBytes(name, x, Math.multiplyExact(Math.multiplyExact(rows, width), Float.BYTES));
  }

  static void requireBytes(String name, MemorySegment x, long bytes) {
    if (!x.isNative()) {
      throw new IllegalArgumentException(
          name + " is a heap segment: allocate it from a shared or automatic Arena");
    }
    if (x.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "%s has %,d bytes, fewer than the %,d of its shape".formatted(name, x.byteSize(), bytes));
    }
  }

  static void requirePage(
      MemorySegment page, CacheType type, int keyValueHeads, int headSize, int index) {
    if (index < 0 || index >= KeyValuePages.PAGE) {
      throw new IllegalArgumentException(
          "a page has positions 0 to %d, not %d".formatted(KeyValuePages.PAGE - 1, index));
    }
    requireBytes(
        "page", page, (long) keyValueHeads * KeyValuePages.PAGE * type.vectorBytes(headSize));
  }

  /// Requires that the ids name rows of `table`.
  static void requireIds(Matrix table, int[] ids, int count) {
    for (int i = 0; i < count; i++) {
      if (ids[i] < 0 || ids[i] >= table.rows()) {
        throw new IllegalArgumentException(
            "id %d at %d is not one of the table's %d rows".formatted(ids[i], i, table.rows()));
      }
    }
  }

  /// Requires that the sequences' queries and outputs lie inside `q` and `y`.
  static void requireAttention(
      MemorySegment q, List<AttentionRows> sequences, int heads, MemorySegment y) {
    for (int i = 0; i < sequences.size(); i++) {
      var s = sequences.get(i);
      if (heads % s.pages().keyValueHeads() != 0) {
        throw new IllegalArgumentException(
            "%d heads do not divide among %d key-value heads"
                .formatted(heads, s.pages().keyValueHeads()));
      }
      long width = (long) heads * s.pages().headSize();
      requireFloats("q", q, (long) s.firstRow() + s.rows(), width);
      requireFloats("y", y, (long) s.firstRow() + s.rows(), width);
    }
  }
}
