package altiplano.generation.constraint;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.NumberValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import altiplano.generation.ConstraintException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/// Reads the keywords of a JSON schema, and says where one is broken.
final class Keywords {
  private Keywords() {}

  static String text(ObjectValue schema, String keyword, String where) {
    if (schema.members().get(keyword) instanceof TextValue(String text)) return text;
    throw broken(where, "'%s' is not a string".formatted(keyword));
  }

  static List<Json> array(ObjectValue schema, String keyword, String where) {
    if (schema.members().get(keyword) instanceof ArrayValue(var elements)) return elements;
    throw broken(where, "'%s' is not an array".formatted(keyword));
  }

  static Optional<BigDecimal> decimal(ObjectValue schema, String keyword, String where) {
    return switch (schema.members().get(keyword)) {
      case null -> Optional.empty();
      case NumberValue(BigDecimal value)
          when Math.abs((long) value.scale()) <= 400 && value.precision() <= 400 ->
          Optional.of(value);
      case Json other -> throw broken(where, "'%s' is %s".formatted(keyword, other.write()));
    };
  }

  static Optional<Integer> count(ObjectValue schema, String keyword, String where) {
    return decimal(schema, keyword, where)
        .map(value -> {
          try {
            int count = value.intValueExact();
            if (count >= 0) return count;
          } catch (ArithmeticException tooLarge) {
            // reported below, with the negative ones
          }
          throw broken(where, "'%s' is %s".formatted(keyword, value));
        });
  }

  /// @param where a JSON pointer
  static ConstraintException broken(String where, String what) {
    return new ConstraintException("schema, %s: %s".formatted(where, what));
  }
}
