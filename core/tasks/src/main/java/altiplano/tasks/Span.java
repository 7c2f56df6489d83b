package altiplano.tasks;

import java.util.OptionalInt;

/// A value and where it stands in its source.
///
/// @param value as the model gives it
/// @param start in UTF-16 units; absent where the value is not found
/// @param end exclusive
/// @param negated whether the source denies it, as in 否认高血压
public record Span(
    String value, OptionalInt start, OptionalInt end, Alignment alignment, boolean negated) {
  public Span {
    if (start.isPresent() != end.isPresent()
        || start.isPresent() == (alignment == Alignment.NOT_FOUND)) {
      throw new IllegalArgumentException("a span has both offsets exactly if it was found");
    }
  }

  /// How sure the offsets are; they are never guessed.
  public enum Alignment {
    /// The source has the value letter by letter.
    EXACT,
    /// The source has it in other widths, case or spacing.
    ALIGNED,
    NOT_FOUND
  }

  /// Returns the same span with offsets in code points of `source`.
  public Span inCodePoints(String source) {
    if (start.isEmpty()) return this;
    int first = source.codePointCount(0, start.getAsInt());
    int length = source.codePointCount(start.getAsInt(), end.orElseThrow());
    return new Span(
        value, OptionalInt.of(first), OptionalInt.of(first + length), alignment, negated);
  }
}
