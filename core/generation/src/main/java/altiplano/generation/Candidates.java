package altiplano.generation;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntPredicate;

/// The tokens that may come next, with their logits: what the steps of a [Sampler] narrow.
///
/// Starts with every token of the vocabulary but those at negative infinity, in order of their ids.
/// Logits need not be normalised; [#probabilities] are their softmax over what is left. At least
/// one candidate always stays. Reused from token to token; not thread-safe.
public final class Candidates {
  private final int[] ids;
  private final float[] logits;
  private final long[] keys;
  private final double[] probabilities;
  private int size;

  /// Makes room for a vocabulary.
  public Candidates(int vocabulary) {
    ids = new int[vocabulary];
    logits = new float[vocabulary];
    keys = new long[vocabulary];
    probabilities = new double[vocabulary];
  }

  /// Starts anew with all tokens.
  ///
  /// @param all one logit a token id; negative infinity leaves a token out
  /// @throws IllegalArgumentException if no token is left, or a logit is NaN
  public void reset(float[] all) {
    size = 0;
    for (int id = 0; id < all.length; id++) {
      if (Float.isNaN(all[id]))
        throw new IllegalArgumentException("logit of token " + id + " is NaN");
      if (all[id] == Float.NEGATIVE_INFINITY) continue;
      ids[size] = id;
      logits[size++] = all[id];
    }
    if (size == 0) throw new IllegalArgumentException("no token may come next");
  }

  /// Returns the number of candidates left.
  public int size() {
    return size;
  }

  public int id(int index) {
    return ids[Objects.checkIndex(index, size)];
  }

  public float logit(int index) {
    return logits[Objects.checkIndex(index, size)];
  }

  public void setLogit(int index, float logit) {
    logits[Objects.checkIndex(index, size)] = logit;
  }

  /// Returns the index of the largest logit, of the smallest id where several are equal.
  public int best() {
    int best = 0;
    for (int i = 1; i < size; i++) {
      if (logits[i] > logits[best] || (logits[i] == logits[best] && ids[i] < ids[best])) best = i;
    }
    return best;
  }

  /// Moves the `n` largest logits to the front, in falling order; equal ones by rising id.
  ///
  /// @param n at most [#size]
  public void sortLargest(int n) {
    for (int i = 0; i < size; i++) keys[i] = key(logits[i], ids[i]);
    if (n < size) selectSmallest(keys, size, n);
    Arrays.sort(keys, 0, n);
    for (int i = 0; i < size; i++) {
      ids[i] = (int) keys[i];
      logits[i] = logitOf(keys[i]);
    }
  }

  /// Keeps the first `n` candidates.
  public void keepFirst(int n) {
    size = Math.clamp(n, 1, size);
  }

  /// Keeps candidates by their index; the first of them if none is chosen.
  public void keepIf(IntPredicate chosen) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!chosen.test(i)) continue;
      ids[kept] = ids[i];
      logits[kept++] = logits[i];
    }
    size = Math.max(kept, 1);
  }

  /// Returns the softmax of the logits, one a candidate from index 0; overwritten by the next call.
  public double[] probabilities() {
    double largest = logits[best()];
    double total = 0;
    for (int i = 0; i < size; i++) {
      probabilities[i] = Math.exp(logits[i] - largest);
      total += probabilities[i];
    }
    for (int i = 0; i < size; i++) probabilities[i] /= total;
    return probabilities;
  }

  /// Larger logits give smaller keys; equal ones are ordered by id.
  private static long key(float logit, int id) {
    // Adding 0 turns -0 into 0: they are equal logits.
    int bits = Float.floatToRawIntBits(logit + 0f);
    int rising = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return ((long) ~rising << 32) | id;
  }

  private static float logitOf(long key) {
    int rising = ~(int) (key >> 32);
    return Float.intBitsToFloat(rising ^ ((rising >> 31) & Integer.MAX_VALUE));
  }

  /// Moves the `n` smallest of the first `size` values to the front (Hoare 1961, "Find").
  private static void selectSmallest(long[] values, int size, int n) {
    int low = 0;
    int high = size - 1;
    while (low < high) {
      long pivot = values[(low + high) >>> 1];
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) i++;
        while (values[j] > pivot) j--;
        if (i > j) break;
        long swapped = values[i];
        values[i++] = values[j];
        values[j--] = swapped;
      }
      if (n <= j) {
        high = j;
      } else if (n >= i) {
        low = i;
      } else {
        return;
      }
    }
  }
}
