package altiplano.files;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What a model file says of itself, under GGUF's keys, whatever the file's format.
///
/// A Hugging Face folder's `config.json` and tokenizer are presented under the same keys, so that
/// everything above reads one vocabulary of names (docs/formats.md lists them).
///
/// @param values each a `Boolean`, `Long` (any integer; a `BigInteger` from 2^63), `Double`
///   (float64), `Float`, `String`, or a `List` of one of these (or of such lists)
public record Metadata(Map<String, Object> values) {
  public Metadata {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /// Returns a text, empty where the key is absent or its value is no text.
  public Optional<String> text(String key) {
    return values.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /// Returns an integer, empty where the key is absent or its value is no integer.
  public OptionalLong integer(String key) {
    return values.get(key) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
  }

  /// Returns any number as float64, empty where the key is absent or its value is no number.
  public OptionalDouble number(String key) {
    return values.get(key) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  public Optional<Boolean> bool(String key) {
    return values.get(key) instanceof Boolean bool ? Optional.of(bool) : Optional.empty();
  }

  /// Returns a list of texts, empty where the key is absent or holds anything else.
  @SuppressWarnings("unchecked")
  public Optional<List<String>> texts(String key) {
    return values.get(key) instanceof List<?> list
            && list.stream().allMatch(String.class::isInstance)
        ? Optional.of((List<String>) list)
        : Optional.empty();
  }

  /// Returns a list of numbers (integers or floats), empty where the key is absent or holds
  /// anything else.
  @SuppressWarnings("unchecked")
  public Optional<List<Number>> numbers(String key) {
    return values.get(key) instanceof List<?> list
            && list.stream().allMatch(Number.class::isInstance)
        ? Optional.of((List<Number>) list)
        : Optional.empty();
  }

  /// Returns a copy in which `key` has `value`.
  public Metadata with(String key, Object value) {
    var copy = new LinkedHashMap<>(values);
    copy.put(key, value);
    return new Metadata(copy);
  }
}
