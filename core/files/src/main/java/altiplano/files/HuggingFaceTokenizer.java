package altiplano.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// `tokenizer.json` of Hugging Face's tokenizers library, and the files beside it that say which
/// special token is what.
///
/// Byte-level BPE with the split pattern of Llama 3 or GPT-2 is read; other kinds are refused by
/// name.
public final class HuggingFaceTokenizer {
  static final String TOKENIZER = "tokenizer.json";
  static final String CONFIG = "tokenizer_config.json";

  private HuggingFaceTokenizer() {}

  /// Reads the vocabulary of a model folder under GGUF's keys ([VocabularyKeys]).
  ///
  /// @param path the folder or its `tokenizer.json`; `tokenizer_config.json`,
  ///   `generation_config.json`, `config.json` and `chat_template.jinja` beside it are read where
  ///   present
  /// @throws ModelFormatException if a file is broken or of a kind that is not read
  public static Metadata read(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(TOKENIZER) : path;
    LocatedJson root = LocatedJson.read(file);
    LocatedJson config = LocatedJson.readIfPresent(file.resolveSibling(CONFIG));
    Vocabulary vocabulary = Vocabulary.read(root);
    Optional<LocatedJson> opening = templateOpening(root);
    List<Long> ends = endIds(file, vocabulary.tokens().size());

    var values = new LinkedHashMap<String, Object>();
    values.put(VocabularyKeys.MODEL, "gpt2");
    values.put(VocabularyKeys.PRE, pattern(root.require("pre_tokenizer")).ggufName());
    values.put(VocabularyKeys.TOKENS, vocabulary.tokens());
    values.put(VocabularyKeys.TOKEN_TYPE, vocabulary.types());
    values.put(VocabularyKeys.MERGES, merges(root.require("model").require("merges")));
    if (!root.require("model").flag("ignore_merges")) {
      values.put(VocabularyKeys.IGNORE_MERGES, false);
    }
    named(config, "bos_token")
        .or(() -> opening)
        .ifPresent(name -> values.put(VocabularyKeys.BEGIN_OF_TEXT, vocabulary.require(name)));
    named(config, "eos_token")
        .map(vocabulary::require)
        .or(() -> ends.stream().findFirst())
        .ifPresent(id -> values.put(VocabularyKeys.END_OF_TEXT, id));
    named(config, "pad_token")
        .ifPresent(name -> values.put(VocabularyKeys.PADDING, vocabulary.require(name)));
    vocabulary
        .find(Llama3SpecialTokens.END_OF_TURN)
        .ifPresent(id -> values.put(VocabularyKeys.END_OF_TURN, id));
    vocabulary
        .find(Llama3SpecialTokens.END_OF_MESSAGE)
        .ifPresent(id -> values.put(VocabularyKeys.END_OF_MESSAGE, id));
    if (!ends.isEmpty()) values.put(VocabularyKeys.END_IDS, ends);
    values.put(
        VocabularyKeys.ADD_BEGIN_OF_TEXT,
        config.get("add_bos_token").map(LocatedJson::bool).orElse(opening.isPresent()));
    chatTemplate(file, config)
        .ifPresent(template -> values.put(VocabularyKeys.CHAT_TEMPLATE, template));
    return new Metadata(values);
  }

  /// Writes `tokenizer.json` and `tokenizer_config.json` as Hugging Face's libraries read them.
  ///
  /// @throws IllegalArgumentException if the metadata is not of a byte-level vocabulary
  public static void write(Metadata metadata, Path folder) {
    var writer = new HuggingFaceTokenizerWriter(metadata);
    AtomicFile.write(folder.resolve(TOKENIZER), writer.tokenizer().write().getBytes(UTF_8));
    AtomicFile.write(folder.resolve(CONFIG), writer.config().writeIndented().getBytes(UTF_8));
  }

  /// Tokens and types in order of their ids.
  private record Vocabulary(List<String> tokens, List<Long> types, Map<String, Long> ids) {
    static Vocabulary read(LocatedJson root) {
      LocatedJson vocab = model(root).require("vocab");
      Map<String, Json> ordinary = vocab.object().members();
      List<LocatedJson> added =
          root.get("added_tokens").map(LocatedJson::elements).orElse(List.of());
      int limit = ordinary.size() + added.size();
      var tokens = new TreeMap<Integer, String>();
      var types = new HashMap<Integer, TokenType>();
      for (String name : ordinary.keySet()) {
        LocatedJson entry = vocab.require(name);
        if (tokens.put(entry.id(limit), name) != null) throw entry.problem("the id is given twice");
      }
      for (LocatedJson entry : added) {
        String name = entry.require("content").text();
        String before = tokens.put(entry.require("id").id(limit), name);
        if (before != null && !before.equals(name)) {
          throw entry.problem("the id is given twice, to %s and %s".formatted(before, name));
        }
        for (String option : List.of("lstrip", "rstrip", "single_word")) {
          if (entry.flag(option)) throw entry.unsupported("a token with \"%s\"".formatted(option));
        }
        types.put(
            entry.require("id").id(limit),
            entry.flag("special") ? TokenType.CONTROL : TokenType.USER_DEFINED);
      }
      if (tokens.isEmpty() || tokens.lastKey() != tokens.size() - 1) {
        throw vocab.problem("the ids of %,d tokens are not 0, 1, 2…".formatted(tokens.size()));
      }
      Map<String, Long> ids = HashMap.newHashMap(tokens.size());
      tokens.forEach((id, name) -> ids.put(name, (long) id));
      return new Vocabulary(
          List.copyOf(tokens.values()),
          tokens.keySet().stream()
              .map(id -> types.getOrDefault(id, TokenType.NORMAL).code())
              .toList(),
          ids);
    }

    Optional<Long> find(String name) {
      return Optional.ofNullable(ids.get(name));
    }

    long require(LocatedJson name) {
      return find(name.text()).orElseThrow(() -> name.problem("no such token: " + name.text()));
    }
  }

  /// Returns the model part, which is byte-level BPE without options that change its ids.
  private static LocatedJson model(LocatedJson root) {
    root.get("normalizer")
        .ifPresent(normalizer -> {
          throw normalizer.unsupported("text is normalised first");
        });
    LocatedJson model = root.require("model");
    String type = model.require("type").text();
    if (!type.equals("BPE")) throw model.unsupported("a tokenizer of type " + type);
    if (model.flag("byte_fallback")) {
      throw model.unsupported("a SentencePiece vocabulary (\"byte_fallback\")");
    }
    for (String option : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
      Optional<LocatedJson> set = model.get(option);
      if (set.isPresent() && !set.get().value().equals(Json.of(""))) {
        throw set.get().unsupported("the option \"%s\" is set".formatted(option));
      }
    }
    return model;
  }

  private static PieceSplit pattern(LocatedJson preTokenizer) {
    List<LocatedJson> steps =
        preTokenizer.get("pretokenizers").map(LocatedJson::elements).orElse(List.of(preTokenizer));
    LocatedJson bytes = steps.getLast();
    if (!bytes.require("type").text().equals("ByteLevel") || bytes.flag("add_prefix_space")) {
      throw bytes.unsupported("the last step is not ByteLevel without a prefix space");
    }
    boolean ownPattern = bytes.get("use_regex").map(LocatedJson::bool).orElse(true);
    if (steps.size() == 1 && ownPattern) return PieceSplit.GPT2;
    if (steps.size() != 2 || ownPattern) {
      throw preTokenizer.unsupported("neither one split pattern nor GPT-2's own");
    }
    LocatedJson split = steps.getFirst();
    if (!split.require("type").text().equals("Split")
        || !split.require("behavior").text().equals("Isolated")
        || split.flag("invert")) {
      throw split.unsupported("the first step is not an isolating Split");
    }
    LocatedJson pattern = split.require("pattern").require("Regex");
    return PieceSplit.ofRegex(pattern.text())
        .orElseThrow(() -> pattern.unsupported("the split pattern " + pattern.text()));
  }

  /// Returns the pairs as "left right": they are written so, or as lists of two.
  private static List<String> merges(LocatedJson list) {
    var merges = new ArrayList<String>();
    for (LocatedJson pair : list.elements()) {
      if (pair.value() instanceof Json.TextValue(var text)) {
        merges.add(text);
      } else {
        List<LocatedJson> parts = pair.elements();
        if (parts.size() != 2) throw pair.problem("not a pair");
        merges.add(parts.getFirst().text() + ' ' + parts.getLast().text());
      }
    }
    return List.copyOf(merges);
  }

  /// Returns the special token with which the post-processor starts every text.
  private static Optional<LocatedJson> templateOpening(LocatedJson root) {
    Stream<LocatedJson> steps =
        root.get("post_processor").stream()
            .flatMap(step ->
                step.get("processors")
                    .map(list -> list.elements().stream())
                    .orElse(Stream.of(step)));
    return steps
        .flatMap(step -> step.get("single").stream())
        .flatMap(template -> template.elements().stream().limit(1))
        .flatMap(first -> first.get("SpecialToken").stream())
        .map(special -> special.require("id"))
        .findFirst();
  }

  /// Returns the name of a token in `tokenizer_config.json`, written plainly or as an object.
  private static Optional<LocatedJson> named(LocatedJson config, String key) {
    return config.get(key).map(token -> token.get("content").orElse(token));
  }

  private static List<Long> endIds(Path beside, int limit) {
    return Stream.of("generation_config.json", "config.json")
        .map(name -> LocatedJson.readIfPresent(beside.resolveSibling(name)))
        .flatMap(file -> file.get("eos_token_id").stream())
        .findFirst()
        .map(ids ->
            ids.value() instanceof Json.ArrayValue
                ? ids.elements().stream().map(id -> (long) id.id(limit)).toList()
                : List.of((long) ids.id(limit)))
        .orElse(List.of());
  }

  /// Returns the template, of several the one named "default".
  private static Optional<String> chatTemplate(Path beside, LocatedJson config) {
    Path file = beside.resolveSibling("chat_template.jinja");
    if (Files.exists(file)) return Optional.of(new String(VocabularySource.bytes(file), UTF_8));
    Optional<LocatedJson> template = config.get("chat_template");
    if (template.isPresent() && template.get().value() instanceof Json.ArrayValue) {
      template =
          template.get().elements().stream()
              .filter(one -> one.require("name").text().equals("default"))
              .map(one -> one.require("template"))
              .findFirst();
    }
    return template.map(LocatedJson::text);
  }
}
