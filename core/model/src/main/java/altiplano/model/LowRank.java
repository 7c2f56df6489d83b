package altiplano.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import altiplano.kernels.Kernels;
import altiplano.kernels.Matrix;
import altiplano.model.PeftAdapter.Part;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// What an adapter makes of a linear's output while it is computed: `y = stretch ∘ (y + B (A x))`.
///
/// The weights below stay as they are stored, quantised or shared with a memory map.
final class LowRank {
  private final Matrix down;
  private final Matrix up;
  private final Optional<MemorySegment> stretch;
  private final Scratch scratch;

  /// Room for one adapted linear at a time; all of a model share it.
  static final class Scratch {
    private MemorySegment inner = MemorySegment.NULL;
    private MemorySegment update = MemorySegment.NULL;

    private void grow(long innerBytes, long updateBytes) {
      if (inner.byteSize() < innerBytes) inner = Arena.ofAuto().allocate(innerBytes, 64);
      if (update.byteSize() < updateBytes) update = Arena.ofAuto().allocate(updateBytes, 64);
    }
  }

  /// @param weight that is adapted
  LowRank(Part part, Tensor weight, Kernels kernels, Arena arena, Scratch scratch) {
    this.down = matrix(part.a(), part.rank(), part.columns(), kernels, arena);
    this.up = matrix(part.b(), part.rows(), part.rank(), kernels, arena);
    this.stretch =
        part.lengths()
            .map(lengths -> arena.allocateFrom(JAVA_FLOAT, stretch(part, lengths, weight)));
    this.scratch = scratch;
  }

  private static Matrix matrix(
      float[] values, int rows, int columns, Kernels kernels, Arena arena) {
    var memory = arena.allocate((long) values.length * Float.BYTES, 64);
    MemorySegment.copy(values, 0, memory, JAVA_FLOAT, 0, values.length);
    return kernels.matrix(new Tensor(ElementType.F32, Shape.of(rows, columns), memory));
  }

  /// Returns by how much each row of `W + B A` is longer or shorter than it shall be, inverted.
  private static float[] stretch(Part part, float[] lengths, Tensor weight) {
    int columns = part.columns();
    int rank = part.rank();
    var row = new float[columns];
    var factors = new float[lengths.length];
    for (int r = 0; r < factors.length; r++) {
      weight.decodeRow(r, row);
      for (int k = 0; k < rank; k++) {
        float b = part.b()[r * rank + k];
        for (int i = 0; i < columns; i++) row[i] += b * part.a()[k * columns + i];
      }
      double squares = 0;
      for (float value : row) squares += (double) value * value;
      factors[r] = (float) (lengths[r] / Math.sqrt(squares));
    }
    return factors;
  }

  /// Changes the output of the linear below.
  ///
  /// @param x `[rows, columns]`
  /// @param y `[rows, outputs]`: `W x`, changed in place
  void apply(Kernels kernels, MemorySegment x, MemorySegment y, int rows) {
    long outputs = (long) rows * up.rows();
    scratch.grow((long) rows * down.rows() * Float.BYTES, outputs * Float.BYTES);
    kernels.multiply(down, x, scratch.inner, rows);
    kernels.multiply(up, scratch.inner, scratch.update, rows);
    kernels.add(y, scratch.update, outputs);
    if (stretch.isPresent()) {
      var factors = stretch.get();
      for (long i = 0; i < outputs; i++) {
        float factor = factors.getAtIndex(JAVA_FLOAT, i % up.rows());
        y.setAtIndex(JAVA_FLOAT, i, y.getAtIndex(JAVA_FLOAT, i) * factor);
      }
    }
  }
}
