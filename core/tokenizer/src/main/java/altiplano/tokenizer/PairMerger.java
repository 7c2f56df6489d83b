package altiplano.tokenizer;

/// Byte-pair merging: joins the most urgent pair of neighbours, the leftmost of equals, until none
/// is left. Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units".
///
/// Short pieces by scanning for the smallest, which is quadratic and quick; long ones with a heap,
/// in O(n log n). Holds the working arrays of one thread.
final class PairMerger {
  /// Where the heap becomes the faster of the two.
  private static final int LONG = 128;

  private final MergeTable table;
  private long[] merges = new long[LONG];

  PairMerger(MergeTable table) {
    this.table = table;
  }

  /// Merges the first `count` ids of a piece in place.
  ///
  /// @return how many are left
  int merge(int[] ids, int count) {
    return count < LONG ? mergeShort(ids, count) : mergeLong(ids, count);
  }

  private int mergeShort(int[] ids, int count) {
    for (int i = 0; i + 1 < count; i++) merges[i] = table.find(ids[i], ids[i + 1]);
    int left = count;
    while (left > 1) {
      int best = 0;
      for (int i = 1; i + 1 < left; i++) if (merges[i] < merges[best]) best = i;
      if (merges[best] == MergeTable.NONE) break;
      ids[best] = MergeTable.id(merges[best]);
      left--;
      System.arraycopy(ids, best + 2, ids, best + 1, left - best - 1);
      System.arraycopy(merges, best + 1, merges, best, left - best - 1);
      if (best > 0) merges[best - 1] = table.find(ids[best - 1], ids[best]);
      if (best + 1 < left) merges[best] = table.find(ids[best], ids[best + 1]);
    }
    return left;
  }

  /// The tokens form a linked list over their first places; the heap holds `rank << 32 | place`,
  /// and an entry whose pair is gone by the time it comes up is passed over.
  private int mergeLong(int[] ids, int count) {
    if (merges.length < count) merges = new long[count];
    var next = new int[count];
    var previous = new int[count];
    var heap = new MergeHeap(count);
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      merges[i] = i + 1 < count ? table.find(ids[i], ids[i + 1]) : MergeTable.NONE;
      heap.append(merges[i], i);
    }
    heap.order();
    while (!heap.isEmpty()) {
      long top = heap.poll();
      int at = MergeHeap.place(top);
      if (!MergeHeap.isOf(top, merges[at])) continue;
      int gone = next[at];
      int after = next[gone];
      ids[at] = MergeTable.id(merges[at]);
      merges[gone] = MergeTable.NONE;
      next[at] = after;
      if (after < count) previous[after] = at;
      merges[at] = after < count ? table.find(ids[at], ids[after]) : MergeTable.NONE;
      heap.add(merges[at], at);
      int before = previous[at];
      if (before >= 0) {
        merges[before] = table.find(ids[before], ids[at]);
        heap.add(merges[before], before);
      }
    }
    int left = 0;
    for (int i = 0; i < count; i = next[i]) ids[left++] = ids[i];
    return left;
  }
}
