package altiplano.training.recipe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// A mapping of a recipe that is being read: each key is asked for once, and what nobody asked for
/// is an error.
public final class Section {
  private final Path file;
  private final String name;
  private final Yaml.Mapping mapping;
  private final TreeSet<String> known = new TreeSet<>();
  private final Map<String, Section> inner = new LinkedHashMap<>();

  Section(Path file, String name, Yaml.Mapping mapping) {
    this.file = file;
    this.name = name;
    this.mapping = mapping;
  }

  private Optional<Yaml> value(String key) {
    known.add(key);
    return Optional.ofNullable(mapping.members().get(key));
  }

  public boolean has(String key) {
    return value(key).isPresent();
  }

  public Optional<String> text(String key) {
    return value(key)
        .map(value -> {
          if (value instanceof Yaml.Scalar(String text, int line)) return text;
          throw wrong(value, key, "a text");
        });
  }

  public String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  /// Returns one text or several.
  public List<String> texts(String key) {
    return value(key)
        .map(value ->
            switch (value) {
              case Yaml.Scalar(String text, int line) -> List.of(text);
              case Yaml.Sequence(var elements, int line) ->
                  elements.stream()
                      .map(element -> {
                        if (element instanceof Yaml.Scalar(String text, int at)) return text;
                        throw wrong(element, key, "a list of texts");
                      })
                      .toList();
              case Yaml.Mapping other -> throw wrong(other, key, "a text or a list of texts");
            })
        .orElse(List.of());
  }

  public int integer(String key, int otherwise, int least, int most) {
    return text(key)
        .map(text -> {
          try {
            int number = Integer.parseInt(text.replace("_", ""));
            if (number >= least && number <= most) return number;
          } catch (NumberFormatException notWhole) {
            throw wrong(key, "a whole number from %,d to %,d".formatted(least, most));
          }
          throw wrong(key, "a whole number from %,d to %,d".formatted(least, most));
        })
        .orElse(otherwise);
  }

  public double number(String key, double otherwise, double least, double most) {
    return text(key)
        .map(text -> {
          try {
            double number = Double.parseDouble(text);
            if (number >= least && number <= most) return number;
          } catch (NumberFormatException notNumber) {
            throw wrong(key, "a number from %s to %s".formatted(least, most));
          }
          throw wrong(key, "a number from %s to %s".formatted(least, most));
        })
        .orElse(otherwise);
  }

  public boolean flag(String key, boolean otherwise) {
    return text(key)
        .map(text ->
            switch (text) {
              case "true", "on", "yes" -> true;
              case "false", "off", "no" -> false;
              default -> throw wrong(key, "true or false");
            })
        .orElse(otherwise);
  }

  /// Returns the constant whose name is written in lower case.
  public <E extends Enum<E>> E choice(String key, E otherwise) {
    return text(key)
        .map(text -> {
          var constants = otherwise.getDeclaringClass().getEnumConstants();
          for (E constant : constants) if (lower(constant).equals(text)) return constant;
          var names = Arrays.stream(constants).map(Section::lower).toList();
          throw wrong(key, "one of " + String.join(", ", names) + suggestion(text, names));
        })
        .orElse(otherwise);
  }

  /// Returns an inner section, empty where it is absent.
  public Section section(String key) {
    return inner.computeIfAbsent(key, this::open);
  }

  private Section open(String key) {
    return value(key)
        .map(value -> {
          if (value instanceof Yaml.Mapping inside) return new Section(file, key, inside);
          throw wrong(value, key, "a section with keys of its own");
        })
        .orElseGet(() -> new Section(file, key, new Yaml.Mapping(Map.of(), mapping.line())));
  }

  /// Returns all inner sections by their keys, which are free.
  public Map<String, Section> sections() {
    var sections = new LinkedHashMap<String, Section>();
    for (String key : mapping.members().keySet()) sections.put(key, section(key));
    return sections;
  }

  /// Returns the name of this section: the key it stands under.
  public String name() {
    return name;
  }

  /// Makes the error for a value that is no good.
  public RecipeException wrong(String key, String expected) {
    Yaml value = mapping.members().getOrDefault(key, mapping);
    return wrong(value, key, expected);
  }

  private RecipeException wrong(Yaml value, String key, String expected) {
    String found =
        value instanceof Yaml.Scalar(String text, int line) ? ", not '" + text + "'" : "";
    return RecipeException.at(
        file, value.line(), "%s must be %s%s".formatted(key, expected, found));
  }

  /// Makes the error for what this section lacks or contradicts.
  public RecipeException broken(String message) {
    return RecipeException.at(file, mapping.line(), message);
  }

  /// Refuses keys that nobody asked for, here and in all sections inside.
  void finish() {
    for (var member : mapping.members().entrySet()) {
      if (known.contains(member.getKey())) continue;
      throw RecipeException.at(
          file,
          member.getValue().line(),
          "unknown key '%s'%s%s. Known here: %s."
              .formatted(
                  member.getKey(),
                  name.isEmpty() ? "" : " in '" + name + "'",
                  suggestion(member.getKey(), known),
                  String.join(", ", known)));
    }
    inner.values().forEach(Section::finish);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String suggestion(String written, Iterable<String> names) {
    String nearest = "";
    int least = Math.max(2, written.length() / 3) + 1;
    for (String name : names) {
      int distance = distance(written, name);
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return nearest.isEmpty() ? "" : " (did you mean '" + nearest + "'?)";
  }

  /// Levenshtein's distance, with swapped neighbours as one change.
  private static int distance(String a, String b) {
    var rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          rows[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best =
            Math.min(rows[i - 1][j - 1] + change, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        rows[i][j] = swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
      }
    }
    return rows[a.length()][b.length()];
  }
}
