package altiplano.tokenizer;

import java.util.Arrays;

/// Which pairs of neighbouring tokens become one, how soon, and which.
///
/// A merge is one number, `rank << 32 | id`, so that the smaller of two is the more urgent one.
final class MergeTable {
  /// What is found for a pair that does not merge; larger than every merge.
  static final long NONE = Long.MAX_VALUE;

  private static final long EMPTY = -1;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  // Pairs at even places, their merges beside them.
  private final long[] slots;
  private final int mask;

  private MergeTable(long[] slots) {
    this.slots = slots;
    this.mask = slots.length - 2;
  }

  /// Returns the merge of two tokens, or [#NONE].
  long find(int left, int right) {
    long pair = pair(left, right);
    for (int at = place(pair) & mask; slots[at] != EMPTY; at = (at + 2) & mask) {
      if (slots[at] == pair) return slots[at + 1];
    }
    return NONE;
  }

  static int id(long merge) {
    return (int) merge;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  private static int place(long pair) {
    long product = pair * MIX;
    return (int) (product >>> 32) << 1;
  }

  /// Collects merges, the most urgent first.
  static final class Builder {
    private final long[] slots;
    private final int mask;
    private int rank;
    private int last = -1;

    /// @param merges how many will be added at most
    Builder(int merges) {
      slots = new long[2 * TokenTable.capacity(merges)];
      Arrays.fill(slots, EMPTY);
      mask = slots.length - 2;
    }

    /// Adds a merge. Pairs given one after another that make the same token are equally urgent, as
    /// in tiktoken, where a token has one rank however it is made. A pair given before stays.
    void add(int left, int right, int result) {
      if (result != last) rank++;
      last = result;
      put(left, right, rank, result);
    }

    void put(int left, int right, int rank, int result) {
      long pair = pair(left, right);
      int at = place(pair) & mask;
      while (slots[at] != EMPTY && slots[at] != pair) at = (at + 2) & mask;
      if (slots[at] == pair) return;
      slots[at] = pair;
      slots[at + 1] = ((long) rank << 32) | result;
    }

    MergeTable build() {
      return new MergeTable(slots);
    }
  }
}
