package altiplano.model;

import altiplano.kernels.AttentionRows;
import altiplano.kernels.KeyValuePages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The rows of one pass: tokens of one or more sequences, one after the other.
final class Rows {
  /// Consecutive rows of one sequence.
  private record Slice(KeyValueCache cache, int firstRow, int rows, int firstPosition) {}

  private final List<Slice> slices = new ArrayList<>();
  private final List<AttentionRows> attention = new ArrayList<>();
  private final boolean causal;
  private int[] ids = new int[1];
  private int[] positions = new int[1];
  private int[] wanted = new int[1];
  private int count;
  private int wantedCount;

  Rows(boolean causal) {
    this.causal = causal;
  }

  void clear() {
    slices.clear();
    count = 0;
    wantedCount = 0;
  }

  /// Appends tokens `from` to `from + rows - 1` of a part, and makes room in its cache.
  void add(Batch.Part part, int from, int rows) {
    var cache = part.cache();
    cache.reserve(rows);
    if (ids.length < count + rows) {
      int capacity = Math.max(count + rows, 2 * count);
      ids = Arrays.copyOf(ids, capacity);
      positions = Arrays.copyOf(positions, capacity);
      wanted = Arrays.copyOf(wanted, capacity);
    }
    slices.add(new Slice(cache, count, rows, cache.length()));
    System.arraycopy(part.tokens(), from, ids, count, rows);
    for (int row = 0; row < rows; row++) {
      positions[count + row] = cache.length() + row;
      boolean last = from + row == part.tokens().length - 1;
      boolean isWanted =
          switch (part.wanted()) {
            case NONE -> false;
            case LAST -> last;
            case ALL -> true;
          };
      if (isWanted) wanted[wantedCount++] = count + row;
    }
    count += rows;
  }

  int count() {
    return count;
  }

  int[] ids() {
    return ids;
  }

  int[] positions() {
    return positions;
  }

  /// Returns the number of rows whose hidden states are read at the end.
  int wantedCount() {
    return wantedCount;
  }

  /// Returns the rows whose hidden states are read at the end, in order.
  int[] wanted() {
    return wanted;
  }

  /// Returns what each sequence's rows attend to in one layer.
  List<AttentionRows> attention(int layer) {
    attention.clear();
    for (var slice : slices) {
      attention.add(
          new AttentionRows(
              slice.firstRow, slice.rows, slice.firstPosition, causal, slice.cache.layer(layer)));
    }
    return attention;
  }

  /// Calls `store` with the page and index of each row.
  void eachPlace(Place store) {
    for (var slice : slices) {
      for (int row = 0; row < slice.rows; row++) {
        int position = slice.firstPosition + row;
        var page = slice.cache.page(position / KeyValuePages.PAGE);
        store.at(slice.firstRow + row, page, position % KeyValuePages.PAGE);
      }
    }
  }

  /// Where the keys and values of a row belong.
  interface Place {
    void at(int row, CachePage page, int index);
  }

  /// Counts the rows into their sequences, now that all layers have written them.
  void commit() {
    for (var slice : slices) slice.cache.append(ids, slice.firstRow, slice.rows);
  }
}
