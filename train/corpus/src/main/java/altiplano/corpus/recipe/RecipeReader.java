package altiplano.corpus.recipe;

import altiplano.corpus.recipe.Recipe.Packing;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.recipe.Recipe.Split;
import altiplano.corpus.recipe.Recipe.Vocabulary;
import altiplano.corpus.recipe.Yaml.Listing;
import altiplano.corpus.recipe.Yaml.Mapping;
import altiplano.corpus.recipe.Yaml.Value;
import altiplano.corpus.steps.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/// Reads recipes; every key that is not known and every value that is not possible is named with
/// its line.
///
/// The schema, with all keys and their defaults, is `runs/corpus-mini.yaml`.
public final class RecipeReader {
  private static final Map<String, Function<Keys, Step>> STEPS = steps();

  private final Path file;

  private RecipeReader(Path file) {
    this.file = file;
  }

  /// Reads a recipe.
  ///
  /// @param settings values by dotted key, such as `packing.length`, that replace those in the file
  /// @throws RecipeException if it cannot be followed
  /// @throws IOException if the file cannot be read
  public static Recipe read(Path file, Map<String, String> settings) throws IOException {
    var reader = new RecipeReader(file);
    Yaml root = Yaml.parse(Files.readString(file), file);
    for (var setting : settings.entrySet()) {
      root = reader.replace(root, List.of(setting.getKey().split("\\.", -1)), setting.getValue());
    }
    return reader.recipe(reader.keys(root, "the recipe"));
  }

  private Yaml replace(Yaml node, List<String> path, String value) {
    if (path.isEmpty())
      return Yaml.parse(value, file) instanceof Value(int line, String text)
          ? new Value(0, text)
          : Yaml.parse(value, file);
    if (node instanceof Listing(int line, var elements))
      return element(line, elements, path, value);
    Mapping mapping = node instanceof Mapping found ? found : new Mapping(0, Map.of(), Map.of());
    var entries = new LinkedHashMap<>(mapping.entries());
    var lines = new LinkedHashMap<>(mapping.lines());
    String key = path.getFirst();
    Yaml below = entries.getOrDefault(key, new Value(0, ""));
    entries.put(key, replace(below, path.subList(1, path.size()), value));
    lines.put(key, 0);
    return new Mapping(mapping.line(), entries, lines);
  }

  /// `sources.0.repeat=2` is about the first source.
  private Yaml element(int line, List<Yaml> elements, List<String> path, String value) {
    var changed = new ArrayList<>(elements);
    String number = path.getFirst();
    if (!number.matches("\\d{1,6}") || Integer.parseInt(number) >= elements.size()) {
      throw new RecipeException(
          file,
          0,
          "'%s' is no element of a list of %d".formatted(number, elements.size()),
          "count from 0");
    }
    int index = Integer.parseInt(number);
    changed.set(index, replace(elements.get(index), path.subList(1, path.size()), value));
    return new Listing(line, changed);
  }

  private Recipe recipe(Keys keys) {
    String output = keys.text("output");
    long seed = keys.integer("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
    boolean shippable =
        keys.choice("licence", "any", List.of("any", "shippable")).equals("shippable");
    var names = new LinkedHashSet<String>();
    List<Source> sources = keys.filled("sources", node -> source(node, names));
    List<Step> steps = keys.has("steps") ? steps(keys) : Recipe.cleaning(false, true);
    Keys split = keys.section("split");
    var shares =
        new Split(split.decimal("validation", 0.01, 0, 0.5), split.decimal("test", 0.01, 0, 0.5));
    if (shares.validation() + shares.test() >= 1) {
      throw new RecipeException(
          file,
          split.mapping.line(),
          "'validation' and 'test' together take all documents",
          "leave some for training");
    }
    split.end();
    Vocabulary vocabulary = vocabulary(keys.section("vocabulary"));
    Keys packing = keys.section("packing");
    var packed =
        new Packing(
            (int) packing.integer("length", 512, 8, 1 << 20),
            packing.integer("shard_tokens", 16_000_000, 1_000, 1_000_000_000));
    packing.end();
    int epochs = (int) keys.integer("epochs", 1, 1, 1_000);
    keys.end();
    checkShares(keys, sources, shippable);
    return new Recipe(output, seed, shippable, sources, steps, shares, vocabulary, packed, epochs);
  }

  /// What [altiplano.corpus.pack.Mixture] would refuse, but before hours of work.
  private void checkShares(Keys keys, List<Source> sources, boolean shippable) {
    List<Source> included =
        sources.stream().filter(source -> source.shippable() || !shippable).toList();
    double shares = included.stream().mapToDouble(source -> source.share().orElse(0)).sum();
    boolean all = included.stream().allMatch(source -> source.share().isPresent());
    if (shares <= 1 + 1e-9 && (all || shares < 1 - 1e-9)) return;
    throw new RecipeException(
        file,
        keys.lineOf("sources"),
        "the shares of the sources come to %.3f".formatted(shares),
        "give at most 1, and less if a source has none");
  }

  private List<Step> steps(Keys keys) {
    var names = new LinkedHashSet<String>();
    return keys.list(
        "steps",
        node -> {
          Step step = step(node);
          if (names.add(step.name())) return step;
          throw new RecipeException(
              file,
              node.line(),
              "the step '%s' for a second time".formatted(step.name()),
              "remove one");
        });
  }

  private Source source(Yaml node, Set<String> names) {
    Keys keys = keys(node, "a source");
    String name = keys.text("name");
    if (!names.add(name)) {
      throw new RecipeException(
          file, keys.lineOf("name"), "two sources named '%s'".formatted(name), "rename one");
    }
    var source =
        new Source(
            name,
            keys.filled("files", file -> keys.textOf(file, "files")),
            keys.text("licence"),
            keys.truth("shippable"),
            keys.text("field", "text"),
            keys.decimal("repeat", 1, 0, 1_000),
            keys.has("share")
                ? OptionalDouble.of(keys.decimal("share", 0, 0, 1))
                : OptionalDouble.empty());
    keys.end();
    return source;
  }

  /// A file wins over the settings of a training, so that `--set vocabulary.file=…` is enough.
  private Vocabulary vocabulary(Keys keys) {
    var trained =
        new Vocabulary.Trained(
            (int) keys.integer("size", 12_288, 300, 1 << 20),
            keys.integer("sample_bytes", 200_000_000, 1_000, 100_000_000_000L));
    Vocabulary vocabulary = keys.has("file") ? new Vocabulary.FromFile(keys.text("file")) : trained;
    keys.end();
    return vocabulary;
  }

  /// A step is its name, or its name with settings below.
  private Step step(Yaml node) {
    String name;
    Yaml settings;
    switch (node) {
      case Value(int line, String text) -> {
        name = text;
        settings = new Mapping(line, Map.of(), Map.of());
      }
      case Mapping(int line, var entries, var lines) when entries.size() == 1 -> {
        name = entries.keySet().iterator().next();
        settings = entries.values().iterator().next();
      }
      default ->
          throw new RecipeException(
              file,
              node.line(),
              "a step that is neither a name nor a name with settings",
              "write '- name' or '- name: {…}'");
    }
    Function<Keys, Step> make = STEPS.get(name);
    if (make == null) {
      throw new RecipeException(
          file,
          node.line(),
          "unknown step '%s'".formatted(name),
          Suggestion.of(name, STEPS.keySet()));
    }
    Keys keys = keys(settings, "step " + name);
    Step step = make.apply(keys);
    keys.end();
    return step;
  }

  private static Map<String, Function<Keys, Step>> steps() {
    var steps = new LinkedHashMap<String, Function<Keys, Step>>();
    for (Step.OneDocument plain :
        List.<Step.OneDocument>of(
            new Step.EncodingRepair(),
            new Step.HtmlToText(),
            new Step.UnicodeNormalisation(),
            new Step.BoilerplateRemoval(),
            new Step.WhiteSpaceTidying(),
            new Step.PunctuationRuns(),
            new Step.Simplification(),
            new Step.EmptyTextRemoval(),
            new Step.PersonalDataMasking(),
            new Step.GopherRepetitionRules(),
            new Step.C4Rules(),
            new Step.FineWebRules())) {
      steps.put(plain.name(), keys -> plain);
    }
    steps.put("language", keys -> new Step.LanguageLabel(keys.languages("keep")));
    steps.put(
        "gopher-quality",
        keys -> new Step.GopherQualityRules((int) keys.integer("minimum_units", 1, 1, 1_000_000)));
    steps.put("exact-duplicates", keys -> new Step.ExactDuplicates());
    steps.put(
        "repeated-lines",
        keys ->
            new Step.RepeatedLines(
                keys.integer("bucket_documents", 30_000_000, 1, Long.MAX_VALUE),
                (int) keys.integer("more_than", 6, 1, 1_000_000),
                (int) keys.integer("minimum_units", 10, 1, 1_000)));
    steps.put(
        "near-duplicates",
        keys ->
            new Step.NearDuplicates(
                keys.decimal("similarity", 0.8, 0.5, 1), (int) keys.integer("shingle", 5, 2, 50)));
    steps.put(
        "contamination",
        keys ->
            new Step.Contamination(
                keys.filled("against", node -> testSet(keys.below(node, "a test set"))),
                (int) keys.integer("words", 13, 4, 100),
                (int) keys.integer("characters", 26, 8, 200)));
    steps.put("perplexity", keys -> new Step.Perplexity(keys.decimal("remove", 0.01, 0, 0.5)));
    return steps;
  }

  private static Step.TestSet testSet(Keys keys) {
    var set =
        new Step.TestSet(
            keys.filled("files", node -> keys.textOf(node, "files")),
            keys.filled("fields", node -> keys.textOf(node, "fields")),
            keys.text("where", ""));
    keys.end();
    return set;
  }

  private Keys keys(Yaml node, String of) {
    if (node instanceof Mapping mapping) return new Keys(mapping, of);
    if (node instanceof Value(int line, String text) && text.isEmpty()) {
      return new Keys(new Mapping(line, Map.of(), Map.of()), of);
    }
    throw new RecipeException(
        file, node.line(), of + " is no list of keys", "write 'key: value' lines");
  }

  /// The keys of one mapping; each is taken once, and what is left over is unknown.
  private final class Keys {
    private final Mapping mapping;
    private final String of;
    private final Set<String> known = new LinkedHashSet<>();

    Keys(Mapping mapping, String of) {
      this.mapping = mapping;
      this.of = of;
    }

    Keys below(Yaml node, String name) {
      return keys(node, name);
    }

    boolean has(String key) {
      known.add(key);
      return mapping.entries().containsKey(key);
    }

    private Optional<Yaml> get(String key) {
      known.add(key);
      return Optional.ofNullable(mapping.entries().get(key));
    }

    private Yaml required(String key) {
      return get(key)
          .orElseThrow(() ->
              new RecipeException(
                  file, mapping.line(), "%s has no '%s'".formatted(of, key), "add it"));
    }

    Keys section(String key) {
      return keys(get(key).orElse(new Mapping(mapping.line(), Map.of(), Map.of())), key);
    }

    String textOf(Yaml node, String key) {
      if (node instanceof Value(int line, String text) && !text.isEmpty()) return text;
      throw new RecipeException(
          file, node.line(), "'%s' is no text".formatted(key), "write one value");
    }

    String text(String key) {
      return textOf(required(key), key);
    }

    String text(String key, String otherwise) {
      return get(key).map(node -> textOf(node, key)).orElse(otherwise);
    }

    /// Returns ISO 639-1 codes.
    Set<String> languages(String key) {
      if (!has(key)) return Set.of();
      var known = Set.of(Locale.getISOLanguages());
      return Set.copyOf(
          list(
              key,
              node -> {
                String code = textOf(node, key);
                if (known.contains(code)) return code;
                throw new RecipeException(
                    file,
                    node.line(),
                    "'%s' is no language".formatted(code),
                    "write codes of ISO 639-1, such as zh or en");
              }));
    }

    /// Returns the elements of a list that must not be empty.
    <T> List<T> filled(String key, Function<Yaml, T> element) {
      List<T> elements = list(key, element);
      if (!elements.isEmpty()) return elements;
      throw new RecipeException(
          file, lineOf(key), "'%s' is an empty list".formatted(key), "write one element at least");
    }

    <T> List<T> list(String key, Function<Yaml, T> element) {
      Yaml node = required(key);
      if (!(node instanceof Listing(int line, var elements))) {
        throw new RecipeException(
            file,
            node.line(),
            "'%s' is no list".formatted(key),
            "write '- ' before each of its elements");
      }
      var values = new ArrayList<T>();
      for (Yaml one : elements) values.add(element.apply(one));
      return values;
    }

    String choice(String key, String otherwise, List<String> choices) {
      String value = text(key, otherwise);
      if (choices.contains(value)) return value;
      throw new RecipeException(
          file,
          lineOf(key),
          "'%s' is no value of '%s'".formatted(value, key),
          Suggestion.of(value, choices));
    }

    boolean truth(String key) {
      required(key);
      return choice(key, "", List.of("true", "false")).equals("true");
    }

    long integer(String key, long otherwise, long least, long most) {
      Optional<Yaml> node = get(key);
      if (node.isEmpty()) return otherwise;
      String text = textOf(node.get(), key).replace("_", "");
      try {
        long value = Long.parseLong(text);
        if (value >= least && value <= most) return value;
      } catch (NumberFormatException noNumber) {
        throw wrong(key, text, "a whole number", least, most);
      }
      throw wrong(key, text, "a whole number", least, most);
    }

    double decimal(String key, double otherwise, double least, double most) {
      Optional<Yaml> node = get(key);
      if (node.isEmpty()) return otherwise;
      String text = textOf(node.get(), key);
      try {
        double value = Double.parseDouble(text);
        if (value >= least && value <= most) return value;
      } catch (NumberFormatException noNumber) {
        throw wrong(key, text, "a number", least, most);
      }
      throw wrong(key, text, "a number", least, most);
    }

    private RecipeException wrong(
        String key, String found, String kind, Number least, Number most) {
      return new RecipeException(
          file,
          lineOf(key),
          "'%s' is '%s'".formatted(key, found),
          "give %s from %s to %s".formatted(kind, least, most));
    }

    private int lineOf(String key) {
      return mapping.lines().getOrDefault(key, mapping.line());
    }

    /// @throws RecipeException if there is a key that nobody asked for
    void end() {
      for (String key : mapping.entries().keySet()) {
        if (known.contains(key)) continue;
        throw new RecipeException(
            file,
            lineOf(key),
            "unknown key '%s' in %s".formatted(key, of),
            Suggestion.of(key, known));
      }
    }
  }
}
