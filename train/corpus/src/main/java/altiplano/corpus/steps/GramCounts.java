package altiplano.corpus.steps;

/// How often each n-gram of one text occurs.
final class GramCounts {
  private final long[] grams;
  private final int[] counts;
  private long top;
  private int most;

  /// @param size number of n-grams that are counted at most
  GramCounts(int size) {
    int places = Integer.highestOneBit(Math.max(8, size)) * 4;
    grams = new long[places];
    counts = new int[places];
  }

  /// Counts an n-gram and returns how often it has been seen.
  int add(long gram) {
    int mask = grams.length - 1;
    int at = (int) (gram ^ (gram >>> 32)) & mask;
    while (counts[at] != 0 && grams[at] != gram) at = (at + 1) & mask;
    grams[at] = gram;
    int count = ++counts[at];
    // Of equals the smaller one, so that the order in the text does not matter.
    if (count > most || (count == most && gram < top)) {
      most = count;
      top = gram;
    }
    return count;
  }

  /// Returns how often the most frequent one occurs.
  int most() {
    return most;
  }

  long top() {
    return top;
  }
}
