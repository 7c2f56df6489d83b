package altiplano.model;

import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Typed values under metadata keys: a value of the wrong kind is an error, never an absent one.
///
/// @param source named in errors
record Settings(Metadata metadata, Path source) {

  boolean has(String key) {
    return metadata.values().containsKey(key);
  }

  /// Returns an integer that must be there.
  int size(String key) {
    return optionalSize(key)
        .orElseThrow(() -> broken(key, "the key is missing", "It is no complete Llama model."));
  }

  /// Returns an integer in the range of `int`, if the key is there.
  OptionalInt optionalSize(String key) {
    var value = read(key, k -> metadata.integer(k).stream().boxed().findAny(), "an integer");
    value.ifPresent(number -> {
      if (number != number.intValue()) {
        throw broken(key, "%,d is no 32-bit integer".formatted(number), "Convert the model again.");
      }
    });
    return value.map(Long::intValue).stream().mapToInt(Integer::intValue).findAny();
  }

  /// Returns a number, if the key is there.
  Optional<Double> number(String key) {
    return read(key, k -> metadata.number(k).stream().boxed().findAny(), "a number");
  }

  boolean flag(String key, boolean otherwise) {
    return read(key, metadata::bool, "a boolean").orElse(otherwise);
  }

  Optional<String> text(String key) {
    return read(key, metadata::text, "a text");
  }

  List<String> texts(String key) {
    return read(key, metadata::texts, "a list of texts").orElse(List.of());
  }

  /// Returns the constant of an enum whose name in lower case is the key's text.
  <E extends Enum<E>> E choice(String key, E otherwise) {
    var choices = otherwise.getDeclaringClass().getEnumConstants();
    return text(key)
        .map(text ->
            Arrays.stream(choices)
                .filter(choice -> label(choice).equals(text))
                .findAny()
                .orElseThrow(() ->
                    broken(
                        key,
                        "\"%s\" is none of %s"
                            .formatted(
                                text,
                                Arrays.stream(choices)
                                    .map(Settings::label)
                                    .collect(Collectors.joining(", "))),
                        "A newer Altiplano may know it.")))
        .orElse(otherwise);
  }

  /// Returns the name of a constant as files write it.
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  ModelFormatException broken(String key, String problem, String remedy) {
    return new ModelFormatException(source, "metadata key " + key, problem, remedy);
  }

  private <T> Optional<T> read(String key, Function<String, Optional<T>> reader, String kind) {
    var value = reader.apply(key);
    var found = metadata.values().get(key);
    if (value.isEmpty() && found != null) {
      throw broken(
          key,
          "%s was expected, not %s".formatted(kind, abbreviated(found.toString())),
          "Convert the model again.");
    }
    return value;
  }

  private static String abbreviated(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
