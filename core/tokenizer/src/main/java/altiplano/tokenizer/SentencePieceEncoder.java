package altiplano.tokenizer;

import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import altiplano.files.TokenType;
import altiplano.files.VocabularyKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// SentencePiece's BPE as GGUF files carry it: characters are merged by the scores of the tokens
/// they make; a character that is in no token becomes its bytes.
///
/// Kudo and Richardson 2018, "SentencePiece".
final class SentencePieceEncoder implements Encoder {
  /// Stands for a space in the vocabulary.
  static final char SPACE = '\u2581';

  private final TokenTable symbols;
  private final MergeTable merges;
  private final boolean addsSpacePrefix;
  // Bytes of the symbols that are no token but a character of one, from id `size` on.
  private final byte[][] characters;
  private final int size;
  private final int[] byteIds = new int[256];

  SentencePieceEncoder(Vocabulary vocabulary, Metadata metadata, Path source) {
    addsSpacePrefix = metadata.bool(VocabularyKeys.ADD_SPACE_PREFIX).orElse(true);
    size = vocabulary.size();
    Arrays.fill(byteIds, TokenTable.NONE);
    for (int id = size; --id >= 0; ) {
      if (vocabulary.types()[id] == TokenType.BYTE) {
        byteIds[Byte.toUnsignedInt(vocabulary.bytes()[id][0])] = id;
      }
    }
    byte[][] tokens = mergeable(vocabulary);
    characters = charactersOutside(tokens);
    byte[][] all = Arrays.copyOf(tokens, size + characters.length);
    System.arraycopy(characters, 0, all, size, characters.length);
    symbols = new TokenTable(all);
    merges = merges(tokens, symbols, scores(metadata, source, size));
  }

  @Override
  public void encode(String text, boolean opens, IdList ids) {
    if (text.isEmpty()) return;
    byte[] utf8 = Utf8.bytes(opens && addsSpacePrefix ? ' ' + text : text);
    var pieces = new int[utf8.length];
    int count = 0;
    for (int from = 0, to; from < utf8.length; from = to) {
      to = from + Utf8.length(utf8[from]);
      int symbol = symbols.find(utf8, from, to);
      if (symbol != TokenTable.NONE) {
        pieces[count++] = symbol;
      } else {
        for (int i = from; i < to; i++) pieces[count++] = idOf(utf8[i]);
      }
    }
    count = new PairMerger(merges).merge(pieces, count);
    for (int i = 0; i < count; i++) {
      if (pieces[i] < size) {
        ids.add(pieces[i]);
      } else {
        for (byte single : characters[pieces[i] - size]) ids.add(idOf(single));
      }
    }
  }

  private int idOf(byte single) {
    int id = byteIds[Byte.toUnsignedInt(single)];
    if (id != TokenTable.NONE) return id;
    throw new VocabularyException(
        "the vocabulary has no token <0x%02X>, so not every text can be encoded".formatted(single));
  }

  /// Tokens with spaces in place of U+2581; those that no text becomes by merging are empty.
  private static byte[][] mergeable(Vocabulary vocabulary) {
    var tokens = new byte[vocabulary.size()][];
    for (int id = 0; id < tokens.length; id++) {
      boolean normal = vocabulary.types()[id] == TokenType.NORMAL;
      tokens[id] = normal ? vocabulary.bytes()[id] : new byte[0];
    }
    return tokens;
  }

  private static byte[][] charactersOutside(byte[][] tokens) {
    var table = new TokenTable(tokens);
    var outside = new ArrayList<byte[]>();
    for (byte[] token : tokens) {
      for (int from = 0, to; from < token.length; from = to) {
        to = from + Utf8.length(token[from]);
        if (table.find(token, from, to) == TokenTable.NONE) {
          outside.add(Arrays.copyOfRange(token, from, to));
        }
      }
    }
    return outside.toArray(byte[][]::new);
  }

  /// All ways to make a token of two symbols, the highest score first, equal scores equally urgent.
  private static MergeTable merges(byte[][] tokens, TokenTable symbols, float[] scores) {
    List<Integer> byScore =
        IntStream.range(0, tokens.length)
            .boxed()
            .sorted(Comparator.comparingDouble(id -> -scores[id]))
            .toList();
    long cuts = 0;
    for (byte[] token : tokens) cuts += token.length;
    var builder = new MergeTable.Builder(Math.toIntExact(cuts));
    int rank = 0;
    float last = Float.NaN;
    for (int id : byScore) {
      if (scores[id] != last) rank++;
      last = scores[id];
      byte[] token = tokens[id];
      for (int cut = 0; cut < token.length; cut += Utf8.length(token[cut])) {
        if (cut == 0) continue;
        int left = symbols.find(token, 0, cut);
        int right = symbols.find(token, cut, token.length);
        if (left != TokenTable.NONE && right != TokenTable.NONE) builder.put(left, right, rank, id);
      }
    }
    return builder.build();
  }

  private static float[] scores(Metadata metadata, Path source, int size) {
    List<Number> numbers = metadata.numbers(VocabularyKeys.SCORES).orElse(List.of());
    if (numbers.size() != size) {
      throw new ModelFormatException(
          source,
          VocabularyKeys.SCORES,
          "%,d scores for %,d tokens".formatted(numbers.size(), size),
          "Download it again.");
    }
    var scores = new float[size];
    for (int id = 0; id < size; id++) scores[id] = numbers.get(id).floatValue();
    return scores;
  }
}
