package altiplano.tensor;

import java.lang.foreign.MemorySegment;

/// Numbers in memory: how they are stored, their shape, and where they are.
///
/// A tensor does not own its memory: it is valid as long as the arena behind `data`.
///
/// @param type how each row is stored
/// @param shape outermost first; rows fill whole blocks of `type`
/// @param data exactly the bytes of all rows, little-endian, row after row without gaps
public record Tensor(ElementType type, Shape shape, MemorySegment data) {
  public Tensor {
    long expected = Math.multiplyExact(type.bytes(shape.columns()), shape.rows());
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%s %s takes %,d bytes, not %,d".formatted(type, shape, expected, data.byteSize()));
    }
  }

  /// Returns the bytes of one row.
  public long rowBytes() {
    return type.bytes(shape.columns());
  }

  /// Decodes row `row` to float32.
  ///
  /// @param target receives [Shape#columns] values from index 0
  public void decodeRow(long row, float[] target) {
    type.decode(
        data, Math.multiplyExact(row, rowBytes()), target, 0, Math.toIntExact(shape.columns()));
  }

  /// Decodes all values; for vectors and small tensors, since the result must fit an array.
  public float[] toFloats() {
    var values = new float[Math.toIntExact(shape.elements())];
    type.decode(data, 0, values, 0, values.length);
    return values;
  }
}
