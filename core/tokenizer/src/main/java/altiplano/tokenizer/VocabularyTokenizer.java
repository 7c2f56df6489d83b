package altiplano.tokenizer;

import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import altiplano.files.TokenType;
import altiplano.files.VocabularyKeys;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// The tokenizer over a model's vocabulary: special tokens are cut out here, the text between them
/// is the encoder's.
final class VocabularyTokenizer implements Tokenizer {
  private final Vocabulary vocabulary;
  private final Encoder encoder;
  private final boolean dropsFirstSpace;
  private final SpecialTokenTrie alwaysWhole;
  private final SpecialTokenTrie withSpecial;

  VocabularyTokenizer(Metadata metadata, Path source) {
    vocabulary = Vocabulary.of(metadata, source);
    encoder =
        switch (metadata.text(VocabularyKeys.MODEL).orElse("")) {
          case "gpt2" -> new ByteLevelEncoder(vocabulary, metadata, source);
          case "llama" -> new SentencePieceEncoder(vocabulary, metadata, source);
          case String other ->
              throw new ModelFormatException(
                  source,
                  VocabularyKeys.MODEL,
                  "a vocabulary of kind \"" + other + "\"",
                  "Kinds read here: gpt2 (byte-level BPE) and llama (SentencePiece).");
        };
    dropsFirstSpace =
        encoder instanceof SentencePieceEncoder
            && metadata.bool(VocabularyKeys.ADD_SPACE_PREFIX).orElse(true);
    Map<String, Integer> whole = new HashMap<>();
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.types()[id] == TokenType.USER_DEFINED) {
        whole.putIfAbsent(vocabulary.names().get(id), id);
      }
    }
    alwaysWhole = new SpecialTokenTrie(whole);
    whole.putAll(vocabulary.special());
    withSpecial = new SpecialTokenTrie(whole);
  }

  @Override
  public int size() {
    return vocabulary.size();
  }

  @Override
  public int[] encode(String text) {
    return encode(text, alwaysWhole);
  }

  @Override
  public int[] encodeWithSpecialTokens(String text) {
    return encode(text, withSpecial);
  }

  private int[] encode(String text, SpecialTokenTrie whole) {
    var ids = new IdList(text.length() / 3);
    boolean opens = true;
    int from = 0;
    for (var match = whole.next(text, 0); match.isPresent(); match = whole.next(text, from)) {
      encoder.encode(text.substring(from, match.get().start()), opens, ids);
      ids.add(match.get().id());
      from = match.get().end();
      opens = isSpecial(match.get().id());
    }
    encoder.encode(text.substring(from), opens, ids);
    return ids.toArray();
  }

  @Override
  public byte[] bytes(int id) {
    return vocabulary.bytes()[checked(id)].clone();
  }

  @Override
  public byte[] decodeToBytes(int... ids) {
    byte[] text = Tokenizer.super.decodeToBytes(ids);
    boolean drop = dropsFirstSpace && text.length > 0 && text[0] == ' ';
    return drop ? Arrays.copyOfRange(text, 1, text.length) : text;
  }

  @Override
  public boolean isSpecial(int id) {
    return vocabulary.types()[checked(id)] == TokenType.CONTROL;
  }

  @Override
  public OptionalInt specialId(String name) {
    Integer id = vocabulary.special().get(name);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public String name(int id) {
    return isSpecial(id) ? vocabulary.names().get(id) : Utf8Decoder.decode(vocabulary.bytes()[id]);
  }

  @Override
  public OptionalInt beginOfText() {
    return vocabulary.beginOfText();
  }

  @Override
  public boolean addsBeginOfText() {
    return vocabulary.addsBeginOfText();
  }

  @Override
  public Set<Integer> endIds() {
    return vocabulary.endIds();
  }

  @Override
  public List<String> specialTokens() {
    return vocabulary.special().entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private int checked(int id) {
    if (0 <= id && id < vocabulary.size()) return id;
    throw new VocabularyException(
        "the id %d is not in the vocabulary of %,d tokens".formatted(id, vocabulary.size()));
  }
}
