package altiplano.corpus.duplicates;

import altiplano.corpus.steps.Units;
import java.util.Arrays;

/// MinHash signatures (Broder 1997) and their bands (Leskovec et al., "Mining of Massive Datasets",
/// chapter 3).
///
/// Two texts share a hash of a signature with the probability of their Jaccard similarity `s`, and
/// a band with `s^6`; with 20 bands a pair of similarity 0.8 is found with probability 0.998, one
/// of 0.5 with 0.27.
public final class MinHash {
  public static final int BANDS = 20;
  private static final int ROWS = 6;
  private static final int HASHES = BANDS * ROWS;

  private static final int[] MULTIPLIERS = new int[HASHES];
  private static final int[] OFFSETS = new int[HASHES];

  static {
    for (int i = 0; i < HASHES; i++) {
      long mixed = Units.mix(0x5851F42D4C957F2DL * (i + 1L));
      MULTIPLIERS[i] = (int) mixed | 1;
      OFFSETS[i] = (int) (mixed >>> 32);
    }
  }

  private MinHash() {}

  /// Returns the different shingles of a text, ascending: what its Jaccard similarity is about.
  ///
  /// @param size words, or Chinese characters, in a shingle
  public static long[] shingles(CharSequence text, int size) {
    long[] grams = Units.of(text).grams(size);
    Arrays.sort(grams);
    int count = 0;
    for (int i = 0; i < grams.length; i++) {
      if (i == 0 || grams[i] != grams[i - 1]) grams[count++] = grams[i];
    }
    return Arrays.copyOf(grams, count);
  }

  /// Returns a hash of each band; two texts are a candidate pair if they agree in one place.
  ///
  /// @param shingles not empty
  public static long[] bands(long[] shingles) {
    var signature = new int[HASHES];
    Arrays.fill(signature, Integer.MAX_VALUE);
    for (long shingle : shingles) {
      int x = (int) (shingle ^ (shingle >>> 32));
      for (int i = 0; i < HASHES; i++) {
        signature[i] = Math.min(signature[i], MULTIPLIERS[i] * x + OFFSETS[i]);
      }
    }
    var bands = new long[BANDS];
    for (int band = 0; band < BANDS; band++) {
      long hash = band + 1L;
      for (int row = 0; row < ROWS; row++)
        hash = Units.mix(hash * 31L + (long) signature[band * ROWS + row]);
      bands[band] = hash;
    }
    return bands;
  }

  /// Returns the Jaccard similarity of two ascending sets: shared elements by all elements.
  public static double similarity(long[] a, long[] b) {
    int shared = 0;
    for (int i = 0, j = 0; i < a.length && j < b.length; ) {
      if (a[i] == b[j]) {
        shared++;
        i++;
        j++;
      } else if (a[i] < b[j]) {
        i++;
      } else {
        j++;
      }
    }
    int all = a.length + b.length - shared;
    return all == 0 ? 0 : (double) shared / all;
  }
}
