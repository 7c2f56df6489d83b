package altiplano.generation.constraint;

import static java.util.Objects.requireNonNull;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.BoolValue;
import altiplano.files.Json.NullValue;
import altiplano.files.Json.NumberValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Says whether a value fits a schema, by the words of the standard and by nothing of ours.
final class SchemaValidator {
  private SchemaValidator() {}

  static boolean fits(Json value, Json schema) {
    if (schema instanceof BoolValue(boolean anything)) return anything;
    Map<String, Json> keywords = ((ObjectValue) schema).members();
    return keywords.entrySet().stream()
        .allMatch(keyword -> fits(value, keyword.getKey(), keyword.getValue(), keywords));
  }

  private static boolean fits(Json value, String keyword, Json argument, Map<String, Json> all) {
    return switch (keyword) {
      case "type" -> isOfType(value, ((TextValue) argument).value());
      case "enum" -> list(argument).stream().anyMatch(one -> equal(one, value));
      case "anyOf" -> list(argument).stream().anyMatch(one -> fits(value, one));
      case "minLength" -> !(value instanceof TextValue(var s)) || length(s) >= integer(argument);
      case "maxLength" -> !(value instanceof TextValue(var s)) || length(s) <= integer(argument);
      case "pattern" ->
          !(value instanceof TextValue(var s))
              || Pattern.compile(((TextValue) argument).value()).matcher(s).find();
      case "minimum" ->
          !(value instanceof NumberValue(var n)) || n.compareTo(number(argument)) >= 0;
      case "maximum" ->
          !(value instanceof NumberValue(var n)) || n.compareTo(number(argument)) <= 0;
      case "exclusiveMaximum" ->
          !(value instanceof NumberValue(var n)) || n.compareTo(number(argument)) < 0;
      case "minItems" -> !(value instanceof ArrayValue(var e)) || e.size() >= integer(argument);
      case "maxItems" -> !(value instanceof ArrayValue(var e)) || e.size() <= integer(argument);
      case "items" ->
          !(value instanceof ArrayValue(var e)) || e.stream().allMatch(one -> fits(one, argument));
      case "required" ->
          !(value instanceof ObjectValue(var members))
              || list(argument).stream()
                  .allMatch(key -> members.containsKey(((TextValue) key).value()));
      case "properties" ->
          !(value instanceof ObjectValue(var members))
              || ((ObjectValue) argument)
                  .members().entrySet().stream()
                      .allMatch(property ->
                          !members.containsKey(property.getKey())
                              || fits(members.get(property.getKey()), property.getValue()));
      case "additionalProperties" ->
          !(value instanceof ObjectValue(var members))
              || members.entrySet().stream()
                  .allMatch(member ->
                      ((ObjectValue) requireNonNull(all.get("properties")))
                              .members()
                              .containsKey(member.getKey())
                          || fits(member.getValue(), argument));
      default -> throw new AssertionError("no such keyword here: " + keyword);
    };
  }

  private static boolean isOfType(Json value, String type) {
    return switch (value) {
      case ObjectValue _ -> type.equals("object");
      case ArrayValue _ -> type.equals("array");
      case TextValue _ -> type.equals("string");
      case BoolValue _ -> type.equals("boolean");
      case NullValue _ -> type.equals("null");
      case NumberValue(var n) ->
          type.equals("number") || (type.equals("integer") && n.stripTrailingZeros().scale() <= 0);
    };
  }

  private static boolean equal(Json a, Json b) {
    return switch (a) {
      case NumberValue(var n) -> b instanceof NumberValue(var m) && n.compareTo(m) == 0;
      case ArrayValue(var left) ->
          b instanceof ArrayValue(var right)
              && left.size() == right.size()
              && IntStream.range(0, left.size()).allMatch(i -> equal(left.get(i), right.get(i)));
      case ObjectValue(var left) ->
          b instanceof ObjectValue(var right)
              && left.keySet().equals(right.keySet())
              && left.keySet().stream()
                  .allMatch(
                      key -> equal(requireNonNull(left.get(key)), requireNonNull(right.get(key))));
      default -> a.equals(b);
    };
  }

  private static List<Json> list(Json value) {
    return ((ArrayValue) value).elements();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static int integer(Json value) {
    return number(value).intValueExact();
  }

  private static BigDecimal number(Json value) {
    return ((NumberValue) value).value();
  }
}
