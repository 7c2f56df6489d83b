package altiplano.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A JSON value that knows where it stands, so that what is wrong with it can be named.
///
/// @param where the way to it, such as `model.merges[3]`; made only when something is wrong
record LocatedJson(Path file, Supplier<String> where, Json value) {
  /// Reads a file that holds an object.
  static LocatedJson read(Path file) {
    return new LocatedJson(file, () -> "", VocabularySource.object(file));
  }

  /// As [#read], an empty object where there is no such file.
  static LocatedJson readIfPresent(Path file) {
    return Files.exists(file) ? read(file) : new LocatedJson(file, () -> "", Json.object().end());
  }

  /// Returns the member of an object; empty where it is absent or null, or this is no object.
  Optional<LocatedJson> get(String key) {
    return value instanceof Json.ObjectValue object
        ? object.get(key).map(member -> new LocatedJson(file, () -> at(key), member))
        : Optional.empty();
  }

  LocatedJson require(String key) {
    return get(key).orElseThrow(() -> problem("no \"" + key + "\""));
  }

  Json.ObjectValue object() {
    if (value instanceof Json.ObjectValue object) return object;
    throw problem("not an object");
  }

  List<LocatedJson> elements() {
    if (!(value instanceof Json.ArrayValue(var elements))) throw problem("not a list");
    return IntStream.range(0, elements.size())
        .mapToObj(i -> new LocatedJson(file, () -> where.get() + "[" + i + "]", elements.get(i)))
        .toList();
  }

  String text() {
    if (value instanceof Json.TextValue(var text)) return text;
    throw problem("not a text");
  }

  boolean bool() {
    if (value instanceof Json.BoolValue(var bool)) return bool;
    throw problem("neither true nor false");
  }

  long integer() {
    if (!(value instanceof Json.NumberValue(var number))) throw problem("not a number");
    try {
      return number.longValueExact();
    } catch (ArithmeticException notALong) {
      throw problem(number + " is not a 64-bit integer", notALong);
    }
  }

  double number() {
    if (value instanceof Json.NumberValue(var number)) return number.doubleValue();
    throw problem("not a number");
  }

  /// Returns a token id, which is checked to be below `limit`.
  int id(int limit) {
    if (value instanceof Json.NumberValue(var number)) {
      try {
        int id = number.intValueExact();
        if (0 <= id && id < limit) return id;
      } catch (ArithmeticException notAnInteger) {
        throw problem("the id " + number + " is not an integer", notAnInteger);
      }
      throw problem("the id %s is not below %,d, the number of tokens".formatted(number, limit));
    }
    throw problem("not a number");
  }

  boolean flag(String key) {
    return get(key).map(LocatedJson::bool).orElse(false);
  }

  ModelFormatException problem(String problem) {
    return problem(problem, "Download it again.");
  }

  ModelFormatException problem(String problem, String remedy) {
    return new ModelFormatException(file, place(), problem, remedy);
  }

  private ModelFormatException problem(String problem, Throwable cause) {
    return new ModelFormatException(file, place(), problem, "Download it again.", cause);
  }

  /// What is well-formed but not read.
  ModelFormatException unsupported(String problem) {
    return new ModelFormatException(
        file, place(), problem, "Byte-level BPE as in Llama 3 is read; try the model's GGUF file.");
  }

  private String place() {
    return where.get().isEmpty() ? "whole file" : where.get();
  }

  private String at(String key) {
    return where.get().isEmpty() ? key : where.get() + "." + key;
  }
}
