package altiplano.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Meta's `tokenizer.model`, as tiktoken reads it: a token a line, base64 of its bytes, a space,
/// its rank.
///
/// The file holds ordinary tokens only; the 256 of [Llama3SpecialTokens] follow them. Two tokens
/// merge where their bytes together are a token, the lowest rank first; in [Metadata] that becomes
/// the list of all such pairs, as in the `tokenizer.json` published for Llama 3.
public final class TiktokenVocabulary {
  private static final String REMEDY =
      "Take tokenizer.model from Llama 3's own release, or give tokenizer.json or a GGUF file.";

  private TiktokenVocabulary() {}

  /// Reads a file.
  ///
  /// @throws ModelFormatException if it is not such a file
  public static Metadata read(Path file) {
    List<String> lines = new String(VocabularySource.bytes(file), ISO_8859_1).lines().toList();
    var tokens = new ArrayList<String>(Collections.nCopies(lines.size(), ""));
    var seen = new HashSet<String>();
    for (int i = 0; i < lines.size(); i++) {
      String where = "line " + (i + 1);
      Line line =
          Line.parse(lines.get(i))
              .orElseThrow(() -> broken(file, where, "not base64, a space and a rank"));
      if (line.rank() >= lines.size() || !tokens.get(line.rank()).isEmpty()) {
        throw broken(
            file,
            where,
            "rank %d is given twice or beyond the %d lines".formatted(line.rank(), lines.size()));
      }
      String token = ByteLevelAlphabet.write(line.token());
      if (!seen.add(token)) throw broken(file, where, "the token " + token + " is given twice");
      tokens.set(line.rank(), token);
    }
    for (byte single : ByteLevelAlphabet.bytesInOrder()) {
      if (!seen.contains(ByteLevelAlphabet.write(new byte[] {single}))) {
        throw broken(file, "ranks", "no token for the byte 0x%02X alone".formatted(single));
      }
    }
    return metadata(tokens);
  }

  /// Returns the metadata of a vocabulary with Llama 3's pattern and special tokens.
  ///
  /// @param tokens the bytes of the ordinary tokens by rank, all different, all 256 single bytes
  ///   among them
  public static Metadata of(List<byte[]> tokens) {
    return metadata(tokens.stream().map(ByteLevelAlphabet::write).toList());
  }

  /// Writes the ordinary tokens of byte-level metadata.
  ///
  /// @throws IllegalArgumentException if the file could not say what the metadata says: merges in
  ///   another order than ids, other special tokens than Llama 3's
  public static void write(Metadata metadata, Path file) {
    List<String> tokens =
        metadata
            .texts(VocabularyKeys.TOKENS)
            .orElseThrow(() -> new IllegalArgumentException("no " + VocabularyKeys.TOKENS));
    int ordinary = tokens.size() - Llama3SpecialTokens.names().size();
    if (ordinary < 0
        || !tokens.subList(ordinary, tokens.size()).equals(Llama3SpecialTokens.names())) {
      throw new IllegalArgumentException(
          "tokenizer.model cannot hold this vocabulary: its special tokens are not Llama 3's 256."
              + " Write tokenizer.json instead.");
    }
    tokens = tokens.subList(0, ordinary);
    if (!metadata.texts(VocabularyKeys.MERGES).equals(Optional.of(mergesOf(tokens)))) {
      throw new IllegalArgumentException(
          "tokenizer.model cannot hold this vocabulary: its merges do not follow from the order of"
              + " its tokens. Write tokenizer.json instead.");
    }
    var text = new StringBuilder();
    for (int rank = 0; rank < ordinary; rank++) {
      byte[] bytes =
          ByteLevelAlphabet.read(tokens.get(rank))
              .orElseThrow(() -> new IllegalArgumentException("not a byte-level vocabulary"));
      text.append(Base64.getEncoder().encodeToString(bytes)).append(' ').append(rank).append('\n');
    }
    AtomicFile.write(file, text.toString().getBytes(ISO_8859_1));
  }

  private static Metadata metadata(List<String> ordinary) {
    var tokens = new ArrayList<String>(ordinary);
    tokens.addAll(Llama3SpecialTokens.names());
    var types = new ArrayList<Long>(Collections.nCopies(ordinary.size(), TokenType.NORMAL.code()));
    types.addAll(Collections.nCopies(Llama3SpecialTokens.names().size(), TokenType.CONTROL.code()));
    var values = new LinkedHashMap<String, Object>();
    values.put(VocabularyKeys.MODEL, "gpt2");
    values.put(VocabularyKeys.PRE, PieceSplit.LLAMA3.ggufName());
    values.put(VocabularyKeys.TOKENS, Collections.unmodifiableList(tokens));
    values.put(VocabularyKeys.TOKEN_TYPE, Collections.unmodifiableList(types));
    values.put(VocabularyKeys.MERGES, mergesOf(ordinary));
    values.put(VocabularyKeys.BEGIN_OF_TEXT, special(ordinary, Llama3SpecialTokens.BEGIN_OF_TEXT));
    values.put(VocabularyKeys.END_OF_TEXT, special(ordinary, Llama3SpecialTokens.END_OF_TEXT));
    values.put(VocabularyKeys.END_OF_TURN, special(ordinary, Llama3SpecialTokens.END_OF_TURN));
    values.put(
        VocabularyKeys.END_OF_MESSAGE, special(ordinary, Llama3SpecialTokens.END_OF_MESSAGE));
    values.put(VocabularyKeys.PADDING, special(ordinary, Llama3SpecialTokens.PADDING));
    values.put(VocabularyKeys.ADD_BEGIN_OF_TEXT, true);
    return new Metadata(values);
  }

  private static long special(List<String> ordinary, String name) {
    return (long) ordinary.size() + Llama3SpecialTokens.names().indexOf(name);
  }

  /// All pairs of tokens that join into a token, in order of that token, then of left and right.
  private static List<String> mergesOf(List<String> tokens) {
    Map<String, Integer> ranks = HashMap.newHashMap(tokens.size());
    for (int rank = 0; rank < tokens.size(); rank++) ranks.put(tokens.get(rank), rank);
    var merges = new ArrayList<String>(2 * tokens.size());
    var pairs = new ArrayList<Pair>();
    for (String token : tokens) {
      pairs.clear();
      for (int cut = 1; cut < token.length(); cut++) {
        Integer left = ranks.get(token.substring(0, cut));
        Integer right = left == null ? null : ranks.get(token.substring(cut));
        if (left != null && right != null) pairs.add(new Pair(left, right));
      }
      Collections.sort(pairs);
      for (Pair pair : pairs) merges.add(tokens.get(pair.left()) + ' ' + tokens.get(pair.right()));
    }
    return Collections.unmodifiableList(merges);
  }

  private record Pair(int left, int right) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      return left != other.left
          ? Integer.compare(left, other.left)
          : Integer.compare(right, other.right);
    }
  }

  private static ModelFormatException broken(Path file, String where, String problem) {
    return new ModelFormatException(file, where, problem, REMEDY);
  }

  private record Line(byte[] token, int rank) {
    private static final int RANK_DIGITS = 9;

    static Optional<Line> parse(String line) {
      int space = line.indexOf(' ');
      String rank = line.substring(space + 1).strip();
      if (space < 1 || rank.isEmpty() || rank.length() > RANK_DIGITS) return Optional.empty();
      if (!rank.chars().allMatch(c -> '0' <= c && c <= '9')) return Optional.empty();
      try {
        byte[] token = Base64.getDecoder().decode(line.substring(0, space));
        return token.length == 0
            ? Optional.empty()
            : Optional.of(new Line(token, Integer.parseInt(rank)));
      } catch (IllegalArgumentException notBase64) {
        return Optional.empty();
      }
    }
  }
}
