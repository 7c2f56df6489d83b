package altiplano.corpus.steps;

import altiplano.corpus.Script;
import java.util.Arrays;

/// A text as a sequence of units: a word of letters and digits is one, and so is a single Chinese
/// character or kana, since these are written without spaces. Case and everything between units do
/// not count.
///
/// @param hashes `[count]` one hash a unit
/// @param lengths `[count]` characters of each unit
/// @param ideographic how many are single Chinese characters or kana
public record Units(int[] hashes, int[] lengths, int ideographic) {

  public static Units of(CharSequence text) {
    int[] hashes = new int[Math.max(16, text.length() / 2)];
    int[] lengths = new int[hashes.length];
    int count = 0;
    int ideographic = 0;
    int hash = 0;
    int length = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ' ';
      boolean single = c >= 0x3000 && Script.isIdeographic(c);
      boolean inWord =
          !single
              && (c < 0x80
                  ? isAsciiWord(c)
                  : Character.isLetterOrDigit(c) || Character.isSurrogate(c));
      if (inWord) {
        hash = hash * 31 + (c < 0x80 ? c | 0x20 : Character.toLowerCase(c));
        length++;
        continue;
      }
      if (count + 2 > hashes.length) {
        hashes = Arrays.copyOf(hashes, hashes.length * 2);
        lengths = Arrays.copyOf(lengths, hashes.length);
      }
      if (length > 0) {
        hashes[count] = hash;
        lengths[count++] = length;
        hash = 0;
        length = 0;
      }
      if (single) {
        hashes[count] = c;
        lengths[count++] = 1;
        ideographic++;
      }
    }
    return new Units(Arrays.copyOf(hashes, count), Arrays.copyOf(lengths, count), ideographic);
  }

  public int count() {
    return hashes.length;
  }

  /// Returns whether it is written mainly in Chinese characters or kana.
  public boolean isIdeographic() {
    return ideographic * 2 > count();
  }

  /// Returns the hashes of all runs of `n` units, in order; empty if there are fewer than `n`.
  public long[] grams(int n) {
    var grams = new long[Math.max(0, count() - n + 1)];
    for (int i = 0; i < grams.length; i++) {
      long hash = 0;
      for (int j = 0; j < n; j++)
        hash = (hash ^ hashes[i + j]) * 0x9E3779B97F4A7C15L + (hash >>> 29);
      grams[i] = mix(hash);
    }
    return grams;
  }

  /// The finaliser of MurmurHash3.
  public static long mix(long z) {
    z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
    z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return z ^ (z >>> 33);
  }

  private static boolean isAsciiWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
