package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/// Rotary embedding from a table of the rows' cosines and sines, which all layers and both queries
/// and keys share.
final class Rotary {
  private static final VectorShuffle<Float> SWAP_PAIRS =
      VectorShuffle.fromOp(FLOATS, lane -> lane ^ 1);

  private final Workers workers;
  private final Workers.Task fill = this::fill;
  private final Workers.Task rotate = this::rotate;

  // What the table holds.
  private int[] positions = {};
  private int rows;
  private double[] frequencies = {};

  // [rows, headSize]: (cos, cos) and (-sin, sin) of each pair.
  private float[] cosines = {};
  private float[] sines = {};

  private MemorySegment x = MemorySegment.NULL;
  private int heads;
  private int headSize;

  Rotary(Workers workers) {
    this.workers = workers;
  }

  void run(
      MemorySegment x, int[] positions, double[] frequencies, int rows, int heads, int headSize) {
    this.x = x;
    this.heads = heads;
    this.headSize = headSize;
    if (!holds(positions, frequencies, rows)) prepare(positions, frequencies, rows);
    workers.run(rows, 1, rotate);
  }

  private boolean holds(int[] positions, double[] frequencies, int rows) {
    return this.rows == rows
        && Arrays.equals(this.positions, 0, rows, positions, 0, rows)
        && Arrays.equals(this.frequencies, frequencies);
  }

  private void prepare(int[] positions, double[] frequencies, int rows) {
    if (this.positions.length < rows) this.positions = new int[rows];
    System.arraycopy(positions, 0, this.positions, 0, rows);
    if (!Arrays.equals(this.frequencies, frequencies)) this.frequencies = frequencies.clone();
    this.rows = rows;
    int needed = Math.multiplyExact(rows, headSize);
    if (cosines.length < needed) {
      cosines = new float[needed];
      sines = new float[needed];
    }
    workers.run(rows, 1, fill);
  }

  private void fill(int from, int to, int worker) {
    for (int row = from; row < to; row++) {
      for (int pair = 0; pair < headSize / 2; pair++) {
        double angle = positions[row] * frequencies[pair];
        int at = row * headSize + 2 * pair;
        cosines[at] = (float) Math.cos(angle);
        cosines[at + 1] = cosines[at];
        sines[at + 1] = (float) Math.sin(angle);
        sines[at] = -sines[at + 1];
      }
    }
  }

  private void rotate(int from, int to, int worker) {
    int bound = FLOATS.loopBound(headSize);
    for (int row = from; row < to; row++) {
      int table = row * headSize;
      for (int head = 0; head < heads; head++) {
        long vector = ((long) row * heads + head) * headSize * Float.BYTES;
        for (int d = 0; d < bound; d += COUNT) {
          long at = vector + (long) d * Float.BYTES;
          var pairs = FloatVector.fromMemorySegment(FLOATS, x, at, LITTLE_ENDIAN);
          var turned =
              pairs.rearrange(SWAP_PAIRS).mul(FloatVector.fromArray(FLOATS, sines, table + d));
          pairs
              .fma(FloatVector.fromArray(FLOATS, cosines, table + d), turned)
              .intoMemorySegment(x, at, LITTLE_ENDIAN);
        }
        for (int d = bound; d < headSize; d += 2) {
          long at = vector + (long) d * Float.BYTES;
          float even = x.get(Weights.FLOAT, at);
          float odd = x.get(Weights.FLOAT, at + Float.BYTES);
          x.set(Weights.FLOAT, at, even * cosines[table + d] + odd * sines[table + d]);
          x.set(
              Weights.FLOAT,
              at + Float.BYTES,
              odd * cosines[table + d] + even * sines[table + d + 1]);
        }
      }
    }
  }
}
