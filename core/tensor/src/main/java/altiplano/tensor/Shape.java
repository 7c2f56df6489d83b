package altiplano.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The sizes of a tensor's dimensions, outermost first: `[rows, columns]` for a matrix.
///
/// @param dimensions one to four positive sizes whose product fits a `long`
public record Shape(List<Long> dimensions) {
  /// The most dimensions a tensor may have.
  public static final int MAX_DIMENSIONS = 4;

  public Shape {
    dimensions = List.copyOf(dimensions);
    if (dimensions.isEmpty() || dimensions.size() > MAX_DIMENSIONS) {
      throw new IllegalArgumentException("a shape has 1 to 4 dimensions, not " + dimensions.size());
    }
    long elements = 1;
    for (long size : dimensions) {
      if (size < 1) throw new IllegalArgumentException("a dimension is at least 1, was " + size);
      try {
        elements = Math.multiplyExact(elements, size);
      } catch (ArithmeticException tooLarge) {
        throw new IllegalArgumentException(
            "the elements of " + dimensions + " exceed 2^63", tooLarge);
      }
    }
  }

  public static Shape of(long... dimensions) {
    return new Shape(Arrays.stream(dimensions).boxed().toList());
  }

  /// Returns the product of all sizes.
  public long elements() {
    return dimensions.stream().reduce(1L, (a, b) -> a * b);
  }

  /// Returns the innermost size: the length of a row.
  public long columns() {
    return dimensions.getLast();
  }

  /// Returns the number of rows: the product of all sizes but the innermost, 1 for a vector.
  public long rows() {
    return elements() / columns();
  }

  @Override
  public String toString() {
    return dimensions.stream().map(String::valueOf).collect(Collectors.joining(" x ", "[", "]"));
  }
}
