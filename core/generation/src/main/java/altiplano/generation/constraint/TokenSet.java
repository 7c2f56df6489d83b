package altiplano.generation.constraint;

import java.util.Arrays;

/// A set of token ids, as one bit each.
public final class TokenSet {
  private final long[] words;

  TokenSet(int size) {
    words = new long[(size + Long.SIZE - 1) / Long.SIZE];
  }

  void add(int id) {
    words[id / Long.SIZE] |= 1L << id;
  }

  void addAll(TokenSet other) {
    for (int i = 0; i < words.length; i++) words[i] |= other.words[i];
  }

  boolean contains(int id) {
    return (words[id / Long.SIZE] >>> id & 1) != 0;
  }

  boolean isEmpty() {
    return Arrays.stream(words).allMatch(word -> word == 0);
  }

  /// Sets the logits of all ids to negative infinity that are not in the set.
  public void mask(float[] logits) {
    for (int first = 0; first < logits.length; first += Long.SIZE) {
      int index = first / Long.SIZE;
      long word = index < words.length ? words[index] : 0;
      if (word == -1L) continue;
      int last = Math.min(first + Long.SIZE, logits.length);
      if (word == 0) {
        Arrays.fill(logits, first, last, Float.NEGATIVE_INFINITY);
      } else {
        for (int id = first; id < last; id++) {
          if ((word >>> id & 1) == 0) logits[id] = Float.NEGATIVE_INFINITY;
        }
      }
    }
  }
}
