package altiplano.generation.constraint;

import altiplano.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.IntPredicate;

/// The tokens of a tokenizer, sorted for walks. Immutable and thread-safe.
///
/// Special tokens and tokens without bytes are in none of its sets.
public final class Vocabulary {
  private static final Map<Tokenizer, Vocabulary> KNOWN =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final byte[][] bytes;
  private final int[] endIds;
  private final Trie all;
  private final Trie others;
  private final TokenSet plain;

  private Vocabulary(Tokenizer tokenizer) {
    endIds = tokenizer.endIds().stream().mapToInt(Integer::intValue).sorted().toArray();
    bytes = new byte[tokenizer.size()][];
    for (int id = 0; id < bytes.length; id++) {
      bytes[id] = tokenizer.isSpecial(id) ? new byte[0] : tokenizer.bytes(id);
    }
    Integer[] sorted = new Integer[bytes.length];
    Arrays.setAll(sorted, id -> id);
    Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]));
    IntPredicate isPlain = id -> PlainText.holds(bytes[id]);
    int[] ids =
        Arrays.stream(sorted).mapToInt(id -> id).filter(id -> bytes[id].length > 0).toArray();
    all = new Trie(bytes, ids);
    others = new Trie(bytes, Arrays.stream(ids).filter(isPlain.negate()).toArray());
    plain = new TokenSet(bytes.length);
    Arrays.stream(ids).filter(isPlain).forEach(plain::add);
  }

  /// Returns the vocabulary of a tokenizer, made once.
  public static Vocabulary of(Tokenizer tokenizer) {
    return KNOWN.computeIfAbsent(tokenizer, Vocabulary::new);
  }

  /// Returns the number of ids, special tokens included.
  int size() {
    return bytes.length;
  }

  boolean isEnd(int id) {
    return Arrays.binarySearch(endIds, id) >= 0;
  }

  int[] endIds() {
    return endIds;
  }

  /// Returns the bytes of a token; none for a special token.
  byte[] bytes(int id) {
    return bytes[id];
  }

  /// Returns all tokens.
  Trie all() {
    return all;
  }

  /// Returns the tokens that are [PlainText].
  TokenSet plain() {
    return plain;
  }

  /// Returns the tokens that are not [PlainText].
  Trie others() {
    return others;
  }
}
