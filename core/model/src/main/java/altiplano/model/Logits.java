package altiplano.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// Rows of float32 numbers that a forward pass wrote: logits `[rows, vocabulary]` or hidden states
/// `[rows, width]`.
///
/// Native memory that grows to the largest use and is reused, so that decoding allocates nothing;
/// the garbage collector frees it. Belongs to one caller at a time; each pass overwrites it.
public final class Logits {
  private MemorySegment memory = MemorySegment.NULL;
  private int rows;
  private int columns;

  /// Makes room that grows with its first use.
  public Logits() {}

  /// Prepares for `rows` rows; what was there is lost.
  void reset(int rows, int columns) {
    long bytes = (long) rows * columns * Float.BYTES;
    if (memory.byteSize() < bytes) memory = Arena.ofAuto().allocate(bytes, 64);
    this.rows = rows;
    this.columns = columns;
  }

  /// Becomes one row of these numbers.
  void set(float[] row) {
    reset(1, row.length);
    MemorySegment.copy(row, 0, memory, ValueLayout.JAVA_FLOAT, 0, row.length);
  }

  /// Becomes a copy of these numbers.
  void set(Logits other) {
    reset(other.rows, other.columns);
    MemorySegment.copy(other.memory, 0, memory, 0, (long) rows * columns * Float.BYTES);
  }

  /// Returns the memory of row `row` and all that follow.
  MemorySegment from(int row) {
    return row == 0 ? memory : memory.asSlice((long) row * columns * Float.BYTES);
  }

  public int rows() {
    return rows;
  }

  /// Returns the length of a row.
  public int columns() {
    return columns;
  }

  /// Returns the number at `column` of row `row`.
  public float get(int row, int column) {
    Objects.checkIndex(row, rows);
    Objects.checkIndex(column, columns);
    return memory.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * columns + column);
  }

  /// Copies row `row` to the start of `target`.
  public void copy(int row, float[] target) {
    Objects.checkIndex(row, rows);
    long at = (long) row * columns * Float.BYTES;
    MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, at, target, 0, columns);
  }

  /// Returns a copy of row `row`.
  public float[] row(int row) {
    var copy = new float[columns];
    copy(row, copy);
    return copy;
  }
}
