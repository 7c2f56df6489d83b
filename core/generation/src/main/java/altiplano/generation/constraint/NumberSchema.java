package altiplano.generation.constraint;

import altiplano.files.Json.ObjectValue;
import altiplano.generation.constraint.NumberRange.Bound;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/// The numbers that a JSON schema accepts: a range, and the multiples of something in it.
final class NumberSchema {
  static final List<String> KEYWORDS =
      List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");

  private static final int LARGEST_DIVISOR = 10_000;

  private NumberSchema() {}

  static Expression numbers(ObjectValue schema, String where) {
    var range = range(schema, where);
    var divisor = Keywords.decimal(schema, "multipleOf", where);
    if (divisor.isEmpty()) return range.numbers();
    BigDecimal step = divisor.get().stripTrailingZeros();
    if (step.compareTo(BigDecimal.ONE) >= 0) return integers(schema, where);
    if (!step.unscaledValue().equals(BigInteger.ONE) || step.signum() <= 0) {
      throw Keywords.broken(
          where,
          "'multipleOf' %s is not supported, only 0.1, 0.01, ... and integers".formatted(step));
    }
    return range.numbers(step.scale());
  }

  static Expression integers(ObjectValue schema, String where) {
    var range = range(schema, where);
    var divisor = Keywords.decimal(schema, "multipleOf", where);
    if (divisor.isEmpty()) return range.integers();
    boolean whole = divisor.get().stripTrailingZeros().scale() <= 0 && divisor.get().signum() > 0;
    if (!whole || divisor.get().compareTo(BigDecimal.valueOf(LARGEST_DIVISOR)) > 0) {
      throw Keywords.broken(
          where,
          "'multipleOf' %s is not supported, only integers from 1 to %,d"
              .formatted(divisor.get(), LARGEST_DIVISOR));
    }
    return range.multiples(divisor.get().intValueExact());
  }

  private static NumberRange range(ObjectValue schema, String where) {
    var lowest =
        stricter(
            Keywords.decimal(schema, "minimum", where),
            Keywords.decimal(schema, "exclusiveMinimum", where),
            true);
    var highest =
        stricter(
            Keywords.decimal(schema, "maximum", where),
            Keywords.decimal(schema, "exclusiveMaximum", where),
            false);
    return new NumberRange(lowest, highest);
  }

  private static Optional<Bound> stricter(
      Optional<BigDecimal> inclusive, Optional<BigDecimal> exclusive, boolean larger) {
    var with = inclusive.map(value -> new Bound(value, false));
    var without = exclusive.map(value -> new Bound(value, true));
    if (inclusive.isEmpty()) return without;
    if (exclusive.isEmpty()) return with;
    int order = inclusive.get().compareTo(exclusive.get());
    return (larger ? order > 0 : order < 0) ? with : without;
  }
}
