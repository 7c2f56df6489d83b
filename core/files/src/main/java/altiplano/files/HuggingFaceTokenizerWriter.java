package altiplano.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Says in Hugging Face's words what metadata says of a byte-level vocabulary.
final class HuggingFaceTokenizerWriter {
  private final Metadata metadata;
  private final List<String> tokens;
  private final List<Number> types;
  private final PieceSplit split;

  HuggingFaceTokenizerWriter(Metadata metadata) {
    this.metadata = metadata;
    if (!metadata.text(VocabularyKeys.MODEL).equals(Optional.of("gpt2"))) {
      throw new IllegalArgumentException(
          "only byte-level vocabularies can be written as tokenizer.json; this one is "
              + metadata.text(VocabularyKeys.MODEL).orElse("missing"));
    }
    tokens = metadata.texts(VocabularyKeys.TOKENS).orElseThrow(() -> missing("tokens"));
    types = metadata.numbers(VocabularyKeys.TOKEN_TYPE).orElseThrow(() -> missing("types"));
    split =
        metadata
            .text(VocabularyKeys.PRE)
            .flatMap(PieceSplit::ofGgufName)
            .orElseThrow(() -> missing("known split pattern"));
  }

  Json tokenizer() {
    return Json.object()
        .put("version", "1.0")
        .put("truncation", new Json.NullValue())
        .put("padding", new Json.NullValue())
        .put("added_tokens", addedTokens())
        .put("normalizer", new Json.NullValue())
        .put("pre_tokenizer", preTokenizer())
        .put("post_processor", postProcessor())
        .put("decoder", byteLevel(true))
        .put("model", model())
        .end();
  }

  Json config() {
    var config = Json.object();
    token(VocabularyKeys.BEGIN_OF_TEXT).ifPresent(name -> config.put("bos_token", name));
    token(VocabularyKeys.END_OF_TEXT).ifPresent(name -> config.put("eos_token", name));
    token(VocabularyKeys.PADDING).ifPresent(name -> config.put("pad_token", name));
    metadata
        .text(VocabularyKeys.CHAT_TEMPLATE)
        .ifPresent(template -> config.put("chat_template", template));
    return config
        .put("clean_up_tokenization_spaces", false)
        .put(
            "model_input_names",
            new Json.ArrayValue(List.of(Json.of("input_ids"), Json.of("attention_mask"))))
        .put("tokenizer_class", "PreTrainedTokenizerFast")
        .end();
  }

  private boolean is(int id, TokenType type) {
    return types.get(id).longValue() == type.code();
  }

  private Optional<String> token(String key) {
    var id = metadata.integer(key);
    return id.isPresent() ? Optional.of(tokens.get((int) id.getAsLong())) : Optional.empty();
  }

  private Json addedTokens() {
    return new Json.ArrayValue(
        IntStream.range(0, tokens.size())
            .filter(id -> !is(id, TokenType.NORMAL))
            .mapToObj(id ->
                (Json)
                    Json.object()
                        .put("id", id)
                        .put("content", tokens.get(id))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", !is(id, TokenType.USER_DEFINED))
                        .end())
            .toList());
  }

  private Json preTokenizer() {
    if (split == PieceSplit.GPT2) return byteLevel(true);
    Json pattern =
        Json.object()
            .put("type", "Split")
            .put("pattern", Json.object().put("Regex", split.regex()).end())
            .put("behavior", "Isolated")
            .put("invert", false)
            .end();
    return Json.object()
        .put("type", "Sequence")
        .put("pretokenizers", new Json.ArrayValue(List.of(pattern, byteLevel(false))))
        .end();
  }

  private static Json byteLevel(boolean useRegex) {
    return Json.object()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", useRegex)
        .end();
  }

  private Json postProcessor() {
    Optional<String> opening =
        token(VocabularyKeys.BEGIN_OF_TEXT)
            .filter(_ -> metadata.bool(VocabularyKeys.ADD_BEGIN_OF_TEXT).orElse(false));
    return opening.map(this::startingWith).orElse(new Json.NullValue());
  }

  private Json startingWith(String name) {
    Json token = Json.of(name);
    Json ids = Json.of(tokens.indexOf(name));
    Json special =
        Json.object()
            .put("id", token)
            .put("ids", new Json.ArrayValue(List.of(ids)))
            .put("tokens", new Json.ArrayValue(List.of(token)))
            .end();
    return Json.object()
        .put("type", "TemplateProcessing")
        .put(
            "single",
            new Json.ArrayValue(List.of(part("SpecialToken", name, 0), part("Sequence", "A", 0))))
        .put(
            "pair",
            new Json.ArrayValue(
                List.of(
                    part("SpecialToken", name, 0),
                    part("Sequence", "A", 0),
                    part("SpecialToken", name, 1),
                    part("Sequence", "B", 1))))
        .put("special_tokens", Json.object().put(name, special).end())
        .end();
  }

  private static Json part(String kind, String id, long type) {
    return Json.object().put(kind, Json.object().put("id", id).put("type_id", type).end()).end();
  }

  private Json model() {
    var vocabulary = Json.object();
    for (int id = 0; id < tokens.size(); id++) {
      if (is(id, TokenType.NORMAL)) vocabulary.put(tokens.get(id), id);
    }
    var merges = new ArrayList<Json>();
    for (String pair : metadata.texts(VocabularyKeys.MERGES).orElseThrow(() -> missing("merges"))) {
      int space = pair.indexOf(' ');
      merges.add(
          new Json.ArrayValue(
              List.of(Json.of(pair.substring(0, space)), Json.of(pair.substring(space + 1)))));
    }
    boolean ignoreMerges =
        metadata.bool(VocabularyKeys.IGNORE_MERGES).orElse(split == PieceSplit.LLAMA3);
    return Json.object()
        .put("type", "BPE")
        .put("dropout", new Json.NullValue())
        .put("unk_token", new Json.NullValue())
        .put("continuing_subword_prefix", new Json.NullValue())
        .put("end_of_word_suffix", new Json.NullValue())
        .put("fuse_unk", false)
        .put("byte_fallback", false)
        .put("ignore_merges", ignoreMerges)
        .put("vocab", vocabulary.end())
        .put("merges", new Json.ArrayValue(merges))
        .end();
  }

  private static IllegalArgumentException missing(String what) {
    return new IllegalArgumentException("the metadata has no " + what + " of a vocabulary");
  }
}
