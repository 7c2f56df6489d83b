package altiplano.vocabulary;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.ByteLevelAlphabet;
import altiplano.files.Llama3SpecialTokens;
import altiplano.files.Metadata;
import altiplano.files.PieceSplit;
import altiplano.files.TiktokenVocabulary;
import altiplano.tokenizer.PieceScanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Learns a byte-level vocabulary as Llama 3's: text is cut by its split pattern, then the most
/// frequent pair of neighbouring tokens becomes a token, again and again. Sennrich et al. 2016,
/// "Neural Machine Translation of Rare Words with Subword Units".
///
/// ```java
/// var trainer = new VocabularyTrainer(16_384);
/// texts.forEach(trainer::add);
/// Metadata vocabulary = trainer.train();
/// HuggingFaceTokenizer.write(vocabulary, folder);
/// ```
///
/// The result depends on the texts alone, not on their order; of equally frequent pairs the one
/// with the lower ids comes first. Not thread-safe.
public final class VocabularyTrainer {
  /// A pair that occurs once is no pattern.
  private static final long FEWEST = 2;

  private static final int BYTES = 256;

  /// Bytes of distinct words kept, and of distinct clauses; training takes some fifteen times both.
  private static final int LIMIT_BYTES = 32 << 20;

  /// From how many bytes on a piece counts as a clause, as Chinese has them: six characters.
  private static final int CLAUSE = 16;

  private final int ordinary;
  private final PieceScanner scanner = PieceScanner.of(PieceSplit.LLAMA3);
  private final PieceCounts words;
  private final PieceCounts clauses;

  /// @param size of the vocabulary, the 256 bytes and Llama 3's 256 special tokens included
  /// @throws IllegalArgumentException if that leaves no room for a token of two bytes
  public VocabularyTrainer(int size) {
    this(size, LIMIT_BYTES);
  }

  VocabularyTrainer(int size, int limitBytes) {
    int special = Llama3SpecialTokens.names().size();
    if (size <= BYTES + special) {
      throw new IllegalArgumentException(
          "a vocabulary has %d bytes and %d special tokens, so its size must be above %d, was %d"
              .formatted(BYTES, special, BYTES + special, size));
    }
    ordinary = size - special;
    words = new PieceCounts(limitBytes);
    clauses = new PieceCounts(limitBytes);
  }

  /// Counts the pieces of a text.
  public void add(String text) {
    byte[] utf8 = text.getBytes(UTF_8);
    for (int from = 0, to; from < utf8.length; from = to) {
      to = scanner.end(utf8, from, utf8.length);
      if (to - from > 1) (to - from < CLAUSE ? words : clauses).add(utf8, from, to);
    }
  }

  /// Learns the vocabulary of what was added; it is smaller than asked for where the texts do not
  /// have so many pairs that occur twice.
  public Metadata train() {
    byte[] singles = ByteLevelAlphabet.bytesInOrder();
    List<byte[]> tokens = new ArrayList<>(ordinary);
    Map<String, Integer> ids = new HashMap<>();
    var idOfByte = new int[BYTES];
    for (byte single : singles) {
      idOfByte[Byte.toUnsignedInt(single)] = tokens.size();
      ids.put(ByteLevelAlphabet.write(new byte[] {single}), tokens.size());
      tokens.add(new byte[] {single});
    }
    List<Word> pieces = new ArrayList<>();
    words.addTo(pieces, idOfByte);
    clauses.addTo(pieces, idOfByte);
    var pairs = new PairStatistics(pieces);
    while (tokens.size() < ordinary) {
      long best = pairs.mostFrequent();
      if (pairs.count(best) < FEWEST) break;
      byte[] joined =
          join(tokens.get(PairStatistics.left(best)), tokens.get(PairStatistics.right(best)));
      // Another pair may have made the same bytes before: it is the same token then.
      String name = ByteLevelAlphabet.write(joined);
      Integer known = ids.putIfAbsent(name, tokens.size());
      if (known == null) tokens.add(joined);
      pairs.merge(best, known == null ? tokens.size() - 1 : known);
    }
    return TiktokenVocabulary.of(tokens);
  }

  private static byte[] join(byte[] left, byte[] right) {
    var joined = new byte[left.length + right.length];
    System.arraycopy(left, 0, joined, 0, left.length);
    System.arraycopy(right, 0, joined, left.length, right.length);
    return joined;
  }
}
