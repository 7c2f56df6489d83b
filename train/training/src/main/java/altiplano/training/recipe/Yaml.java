package altiplano.training.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/// A YAML value that knows its line.
sealed interface Yaml {
  /// Returns the line of the value, from 1; 0 for one that was set on the command line.
  int line();

  /// A text, number or truth value, as it is written.
  record Scalar(String text, int line) implements Yaml {}

  record Sequence(List<Yaml> elements, int line) implements Yaml {}

  /// Keys keep their order; a key without a value is absent.
  record Mapping(Map<String, Yaml> members, int line) implements Yaml {
    /// Returns a copy in which the value under `path` is replaced or added.
    Mapping with(List<String> path, Yaml value, String origin) {
      var copy = new LinkedHashMap<>(members);
      String key = path.getFirst();
      if (path.size() == 1) {
        copy.put(key, value);
      } else {
        var inner = copy.getOrDefault(key, new Mapping(Map.of(), 0));
        if (!(inner instanceof Mapping mapping)) {
          throw new RecipeException("%s: '%s' holds no further keys".formatted(origin, key));
        }
        copy.put(key, mapping.with(path.subList(1, path.size()), value, origin));
      }
      return new Mapping(copy, line);
    }
  }

  /// Reads one document, whose top is a mapping.
  ///
  /// @param source named in errors
  static Mapping parse(String text, Path source) {
    try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      if (read(parser, source).orElse(null) instanceof Mapping mapping) return mapping;
      throw RecipeException.at(source, 1, "a recipe is a list of 'key: value' lines");
    } catch (JacksonException broken) {
      throw RecipeException.at(
          source, broken.getLocation().getLineNr(), "not YAML: " + broken.getOriginalMessage());
    }
  }

  /// Reads a value as it is written after `--set key=`.
  static Yaml parseValue(String text, Path source) {
    try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      return read(parser, source).orElse(new Scalar("", 0));
    } catch (JacksonException broken) {
      return new Scalar(text, 0);
    }
  }

  private static Optional<Yaml> read(JsonParser parser, Path source) {
    int line = parser.currentTokenLocation().getLineNr();
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        var members = new LinkedHashMap<String, Yaml>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          int keyLine = parser.currentTokenLocation().getLineNr();
          parser.nextToken();
          Optional<Yaml> value = read(parser, source);
          if (value.isPresent() && members.put(key, value.get()) != null) {
            throw RecipeException.at(source, keyLine, "'%s' is here twice".formatted(key));
          }
        }
        yield Optional.of(new Mapping(members, line));
      }
      case START_ARRAY -> {
        var elements = new ArrayList<Yaml>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          read(parser, source).ifPresent(elements::add);
        }
        yield Optional.of(new Sequence(elements, line));
      }
      case VALUE_NULL -> Optional.empty();
      case null -> Optional.empty();
      default -> Optional.of(new Scalar(parser.getString(), line));
    };
  }
}
