package altiplano.tokenizer;

import java.util.Arrays;

/// A binary heap of merges by rank, then by place: `rank << 32 | place`, the smallest on top.
final class MergeHeap {
  private long[] entries;
  private int size;

  MergeHeap(int capacity) {
    entries = new long[Math.max(16, capacity)];
  }

  static int place(long entry) {
    return (int) entry;
  }

  /// Returns whether an entry stands for a merge, or for another one of equal rank.
  static boolean isOf(long entry, long merge) {
    return entry >>> 32 == merge >>> 32;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Adds without ordering: [#order] must follow before anything is taken.
  void append(long merge, int place) {
    if (merge == MergeTable.NONE) return;
    if (size == entries.length) entries = Arrays.copyOf(entries, 2 * size);
    entries[size++] = (merge & 0xFFFFFFFF_00000000L) | place;
  }

  void order() {
    for (int i = size / 2; --i >= 0; ) sink(i, entries[i]);
  }

  void add(long merge, int place) {
    if (merge == MergeTable.NONE) return;
    append(merge, place);
    int at = size - 1;
    long entry = entries[at];
    while (at > 0 && entries[(at - 1) / 2] > entry) {
      entries[at] = entries[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    entries[at] = entry;
  }

  long poll() {
    long top = entries[0];
    long last = entries[--size];
    if (size > 0) sink(0, last);
    return top;
  }

  private void sink(int from, long entry) {
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && entries[child + 1] < entries[child]) child++;
      if (entries[child] >= entry) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = entry;
  }
}
