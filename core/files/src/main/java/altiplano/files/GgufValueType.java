package altiplano.files;

import java.util.List;
import java.util.Optional;

/// The types of GGUF's metadata values.
enum GgufValueType {
  UINT8(0, 1),
  INT8(1, 1),
  UINT16(2, 2),
  INT16(3, 2),
  UINT32(4, 4),
  INT32(5, 4),
  FLOAT32(6, 4),
  BOOL(7, 1),
  STRING(8, 8),
  ARRAY(9, 12),
  UINT64(10, 8),
  INT64(11, 8),
  FLOAT64(12, 8);

  private static final List<GgufValueType> ALL = List.of(values());

  private final int number;
  private final int leastBytes;

  GgufValueType(int number, int leastBytes) {
    this.number = number;
    this.leastBytes = leastBytes;
  }

  /// Returns the type's number in files.
  int number() {
    return number;
  }

  /// Returns the fewest bytes that a value takes.
  int leastBytes() {
    return leastBytes;
  }

  static Optional<GgufValueType> of(long number) {
    // The constants stand in the order of their numbers.
    return number >= 0 && number < ALL.size()
        ? Optional.of(ALL.get((int) number))
        : Optional.empty();
  }
}
