package altiplano.corpus.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/// A YAML file as a tree that knows its lines.
sealed interface Yaml {
  /// Returns the line, from 1; 0 for what was set on the command line.
  int line();

  /// Keys in the order of the file, with the line of each.
  record Mapping(int line, Map<String, Yaml> entries, Map<String, Integer> lines) implements Yaml {}

  record Listing(int line, List<Yaml> elements) implements Yaml {}

  /// A text, number or truth value, as it was written.
  record Value(int line, String text) implements Yaml {}

  /// Reads the one document of a file.
  ///
  /// @throws RecipeException if it is not YAML
  static Yaml parse(String text, Path file) {
    try (JsonParser parser =
        YAMLFactory.builder().build().createParser(ObjectReadContext.empty(), text)) {
      JsonToken first = parser.nextToken();
      if (first == null)
        throw new RecipeException(file, 1, "an empty recipe", "see runs/corpus-mini.yaml");
      return node(parser, first, file);
    } catch (JacksonException broken) {
      throw new RecipeException(
          file,
          Math.max(1, broken.getLocation() == null ? 1 : broken.getLocation().getLineNr()),
          "not YAML: " + String.valueOf(broken.getOriginalMessage()).lines().findFirst().orElse(""),
          "correct it");
    }
  }

  private static Yaml node(JsonParser parser, JsonToken token, Path file) {
    int line = parser.currentTokenLocation().getLineNr();
    if (token == JsonToken.START_OBJECT) {
      var entries = new LinkedHashMap<String, Yaml>();
      var lines = new LinkedHashMap<String, Integer>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        int keyLine = parser.currentTokenLocation().getLineNr();
        Yaml value = node(parser, parser.nextToken(), file);
        if (entries.put(key, value) != null) {
          throw new RecipeException(
              file, keyLine, "the key '%s' for a second time".formatted(key), "remove one");
        }
        lines.put(key, keyLine);
      }
      return new Mapping(line, entries, lines);
    }
    if (token == JsonToken.START_ARRAY) {
      var elements = new ArrayList<Yaml>();
      for (JsonToken next = parser.nextToken();
          next != JsonToken.END_ARRAY;
          next = parser.nextToken()) {
        elements.add(node(parser, next, file));
      }
      return new Listing(line, elements);
    }
    return new Value(line, token == JsonToken.VALUE_NULL ? "" : parser.getString());
  }
}
