package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.HALF_SHORTS;
import static altiplano.kernels.Lanes.I2S;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

/// Input rows as the kernels read them: copied, and rounded to 8 bits where that is asked for.
///
/// Rounding gives each block of 32 one scale, its largest magnitude over 127, and each value the
/// nearest multiple of it. The memory grows to the largest call and is kept.
final class Inputs {
  static final int BLOCK = 32;

  private static final int SUMMED = 8;

  /// Adding 1.5 * 2^23 to a small float rounds it to an integer.
  private static final float MAGIC = 0x1.8p23f;

  private float[] values = {};
  private short[] integers = {};
  private float[] scales = {};
  private float[] sums = {};

  /// Makes room for `rows` rows of `columns`.
  void resize(int rows, int columns) {
    int elements = Math.multiplyExact(rows, columns);
    if (values.length >= elements) return;
    values = new float[elements];
    integers = new short[elements];
    scales = new float[elements / BLOCK];
    sums = new float[2 * SUMMED * ((elements + BLOCK * SUMMED - 1) / (BLOCK * SUMMED))];
  }

  /// Copies a row of `x` to row `row`.
  void copy(MemorySegment x, long xRow, int columns, int row) {
    MemorySegment.copy(
        x, Weights.FLOAT, xRow * columns * Float.BYTES, values, row * columns, columns);
  }

  /// Rounds a row of `x` to row `row`; `columns` is a multiple of 32.
  void round(MemorySegment x, long xRow, int columns, int row) {
    long from = xRow * columns * Float.BYTES;
    for (int b = 0; b < columns / BLOCK; b++) {
      var largest = FloatVector.zero(FLOATS);
      for (int i = 0; i < BLOCK; i += COUNT) {
        long at = from + (long) (b * BLOCK + i) * Float.BYTES;
        largest = largest.max(FloatVector.fromMemorySegment(FLOATS, x, at, LITTLE_ENDIAN).abs());
      }
      float scale = largest.reduceLanes(MAX) / 127;
      float inverse = scale == 0 ? 0 : 1 / scale;
      int to = row * columns + b * BLOCK;
      for (int i = 0; i < BLOCK; i += COUNT) {
        long at = from + (long) (b * BLOCK + i) * Float.BYTES;
        var shifted =
            FloatVector.fromMemorySegment(FLOATS, x, at, LITTLE_ENDIAN).mul(inverse).add(MAGIC);
        var rounded = shifted.sub(MAGIC);
        rounded.mul(scale).intoArray(values, to + i);
        ((ShortVector) shifted.reinterpretAsInts().convertShape(I2S, HALF_SHORTS, 0))
            .intoArray(integers, to + i);
      }
      scales[to / BLOCK] = scale;
    }
  }

  /// Adds up the blocks of row `row`, for types whose blocks have a minimum.
  void addUp(int columns, int row) {
    for (int b = 0; b < columns / BLOCK; b++) {
      int at = row * columns + b * BLOCK;
      float first = 0;
      float second = 0;
      float third = 0;
      float fourth = 0;
      for (int i = at; i < at + BLOCK; i += 4) {
        first += values[i];
        second += values[i + 1];
        third += values[i + 2];
        fourth += values[i + 3];
      }
      sums[sumAt(row * columns, b)] = (first + second) + (third + fourth);
    }
  }

  /// Returns the index in [#sums] of block `block` of the row that begins at value `rowAt`.
  static int sumAt(int rowAt, int block) {
    int index = rowAt / BLOCK + block;
    return index / SUMMED * (2 * SUMMED) + SUMMED + index % SUMMED;
  }

  /// Returns `[rows, columns]`, rounded if [#round] put them there.
  float[] values() {
    return values;
  }

  /// Returns `[rows, columns]` integers in -127 .. 127.
  short[] integers() {
    return integers;
  }

  /// Returns `[rows, columns / 32]`.
  float[] scales() {
    return scales;
  }

  /// Returns what [#addUp] made: for every eight blocks eight zeros, then their sums. So they stand
  /// beside eight scales and eight minimums.
  float[] sums() {
    return sums;
  }
}
