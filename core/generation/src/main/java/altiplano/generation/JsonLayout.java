package altiplano.generation;

/// Where white space may stand in generated JSON.
public enum JsonLayout {
  /// Nowhere: `{"a":[1,2]}`.
  COMPACT,
  /// One space after each comma and colon: `{"a": [1, 2]}`.
  SPACED,
  /// Wherever RFC 8259 allows it. A weak model may then spend its tokens on white space.
  FREE
}
