package altiplano.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.ByteLevelAlphabet;
import altiplano.files.Llama3SpecialTokens;
import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import altiplano.files.TokenType;
import altiplano.files.VocabularyKeys;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/// The tokens of a model, checked.
///
/// @param bytes what each token stands for in a text; none for special ones
/// @param special ids of special tokens by name
record Vocabulary(
    List<String> names,
    byte[][] bytes,
    TokenType[] types,
    Map<String, Integer> special,
    OptionalInt beginOfText,
    boolean addsBeginOfText,
    Set<Integer> endIds) {
  private static final List<String> LLAMA3_ENDS =
      List.of(
          Llama3SpecialTokens.END_OF_TEXT,
          Llama3SpecialTokens.END_OF_MESSAGE,
          Llama3SpecialTokens.END_OF_TURN);

  static Vocabulary of(Metadata metadata, Path source) {
    return new Reader(metadata, source).read();
  }

  int size() {
    return names.size();
  }

  private record Reader(Metadata metadata, Path source) {
    Vocabulary read() {
      List<String> names =
          metadata
              .texts(VocabularyKeys.TOKENS)
              .filter(tokens -> !tokens.isEmpty())
              .orElseThrow(() -> broken(VocabularyKeys.TOKENS, "no list of tokens"));
      boolean byteLevel = kind().equals("gpt2");
      TokenType[] types = types(names.size());
      var bytes = new byte[names.size()][];
      Map<String, Integer> special = new HashMap<>();
      for (int id = 0; id < bytes.length; id++) {
        bytes[id] = bytes(id, names.get(id), types[id], byteLevel);
        if (types[id] == TokenType.CONTROL) special.putIfAbsent(names.get(id), id);
      }
      OptionalInt beginOfText = id(VocabularyKeys.BEGIN_OF_TEXT, names.size());
      return new Vocabulary(
          names,
          bytes,
          types,
          Collections.unmodifiableMap(special),
          beginOfText,
          metadata.bool(VocabularyKeys.ADD_BEGIN_OF_TEXT).orElse(!byteLevel)
              && beginOfText.isPresent(),
          endIds(special, names.size()));
    }

    String kind() {
      return metadata
          .text(VocabularyKeys.MODEL)
          .orElseThrow(() -> broken(VocabularyKeys.MODEL, "the file has no vocabulary"));
    }

    private TokenType[] types(int size) {
      var types = new TokenType[size];
      List<Number> codes =
          metadata
              .numbers(VocabularyKeys.TOKEN_TYPE)
              .orElse(Collections.nCopies(size, TokenType.NORMAL.code()));
      if (codes.size() != size) {
        throw broken(
            VocabularyKeys.TOKEN_TYPE, "%,d types for %,d tokens".formatted(codes.size(), size));
      }
      for (int id = 0; id < size; id++) {
        long code = codes.get(id).longValue();
        types[id] =
            TokenType.of(code)
                .orElseThrow(() -> broken(VocabularyKeys.TOKEN_TYPE, "no token type " + code));
      }
      return types;
    }

    private byte[] bytes(int id, String name, TokenType type, boolean byteLevel) {
      return switch (type) {
        case CONTROL -> new byte[0];
        case USER_DEFINED, UNUSED, UNKNOWN -> name.getBytes(UTF_8);
        case BYTE -> new byte[] {byteOf(id, name)};
        case NORMAL ->
            byteLevel
                ? ByteLevelAlphabet.read(name)
                    .orElseThrow(() ->
                        broken(
                            place(VocabularyKeys.TOKENS, id),
                            "\"" + name + "\" is not written in the byte-level alphabet"))
                : name.replace(SentencePieceEncoder.SPACE, ' ').getBytes(UTF_8);
      };
    }

    /// Reads `<0x0A>`.
    private byte byteOf(int id, String name) {
      try {
        if (name.length() == 6 && name.startsWith("<0x") && name.endsWith(">")) {
          return (byte) Integer.parseInt(name, 3, 5, 16);
        }
      } catch (NumberFormatException notHexadecimal) {
        throw broken(place(VocabularyKeys.TOKENS, id), name + " names no byte", notHexadecimal);
      }
      throw broken(place(VocabularyKeys.TOKENS, id), name + " names no byte");
    }

    private OptionalInt id(String key, int size) {
      var id = metadata.integer(key);
      if (id.isEmpty()) return OptionalInt.empty();
      return OptionalInt.of(checked(key, id.getAsLong(), size));
    }

    private int checked(String key, long id, int size) {
      if (0 <= id && id < size) return (int) id;
      throw broken(key, "the id %d is not in the vocabulary of %,d tokens".formatted(id, size));
    }

    private Set<Integer> endIds(Map<String, Integer> special, int size) {
      Set<Integer> ends = new TreeSet<>();
      for (String key :
          List.of(
              VocabularyKeys.END_OF_TEXT,
              VocabularyKeys.END_OF_TURN,
              VocabularyKeys.END_OF_MESSAGE)) {
        id(key, size).ifPresent(ends::add);
      }
      for (Number id : metadata.numbers(VocabularyKeys.END_IDS).orElse(List.of())) {
        ends.add(checked(VocabularyKeys.END_IDS, id.longValue(), size));
      }
      for (String name : LLAMA3_ENDS) if (special.containsKey(name)) ends.add(special.get(name));
      return Collections.unmodifiableSet(ends);
    }

    private static String place(String key, int index) {
      return key + "[" + index + "]";
    }

    private ModelFormatException broken(String where, String problem) {
      return new ModelFormatException(source, where, problem, "Download it again.");
    }

    private ModelFormatException broken(String where, String problem, Throwable cause) {
      return new ModelFormatException(source, where, problem, "Download it again.", cause);
    }
  }
}
