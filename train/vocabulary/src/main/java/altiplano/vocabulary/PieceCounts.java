package altiplano.vocabulary;

import java.util.Arrays;
import java.util.List;

/// How often each piece of a text occurs, in bounded memory.
///
/// Frequent words are few, but clauses of Chinese are nearly all different. When the distinct
/// pieces outgrow the limit, half of them are let go by a bit of their hash, and those that stay
/// count double: a sample that does not depend on the order of the texts.
final class PieceCounts {
  private final int limitBytes;
  private byte[] bytes = new byte[1 << 16];
  private int[] starts = new int[1 << 12];
  private long[] counts = new long[1 << 12];
  private int[] slots = new int[1 << 13];
  private int size;
  private int halvings;

  PieceCounts(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  void add(byte[] text, int from, int to) {
    int hash = hash(text, from, to);
    if (isDropped(hash)) return;
    add(text, from, to, hash, 1);
    while (starts[size] > limitBytes && halvings < Integer.SIZE / 2) halve();
  }

  /// Adds the pieces as ids of single bytes, each with how often it occurs.
  void addTo(List<Word> words, int[] idOfByte) {
    for (int i = 0; i < size; i++) {
      var ids = new int[starts[i + 1] - starts[i]];
      for (int at = 0; at < ids.length; at++) {
        ids[at] = idOfByte[Byte.toUnsignedInt(bytes[starts[i] + at])];
      }
      words.add(new Word(ids, counts[i] << halvings));
    }
  }

  private void add(byte[] text, int from, int to, int hash, long count) {
    int mask = slots.length - 1;
    int at = hash & mask;
    for (; slots[at] != 0; at = (at + 1) & mask) {
      int known = slots[at] - 1;
      if (Arrays.equals(bytes, starts[known], starts[known + 1], text, from, to)) {
        counts[known] += count;
        return;
      }
    }
    int end = starts[size] + to - from;
    if (end > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
    System.arraycopy(text, from, bytes, starts[size], to - from);
    if (size + 2 > starts.length) {
      starts = Arrays.copyOf(starts, 2 * starts.length);
      counts = Arrays.copyOf(counts, 2 * counts.length);
    }
    starts[size + 1] = end;
    counts[size] = count;
    slots[at] = ++size;
    if (2 * size > slots.length) index(2 * slots.length);
  }

  private void halve() {
    halvings++;
    byte[] text = bytes;
    int[] from = starts;
    long[] count = counts;
    int before = size;
    bytes = new byte[text.length];
    starts = new int[from.length];
    counts = new long[count.length];
    Arrays.fill(slots, 0);
    size = 0;
    for (int i = 0; i < before; i++) {
      int hash = hash(text, from[i], from[i + 1]);
      if (!isDropped(hash)) add(text, from[i], from[i + 1], hash, count[i]);
    }
  }

  private void index(int capacity) {
    slots = new int[capacity];
    for (int i = 0; i < size; i++) {
      int at = hash(bytes, starts[i], starts[i + 1]) & (capacity - 1);
      while (slots[at] != 0) at = (at + 1) & (capacity - 1);
      slots[at] = i + 1;
    }
  }

  /// The upper bits decide who stays, the lower ones place it.
  private boolean isDropped(int hash) {
    return halvings > 0 && hash >>> (Integer.SIZE - halvings) != 0;
  }

  private static int hash(byte[] text, int from, int to) {
    long hash = 0xCBF29CE484222325L;
    for (int i = from; i < to; i++) hash = (hash ^ text[i]) * 0x100000001B3L;
    hash *= 0x9E3779B97F4A7C15L;
    return (int) (hash ^ (hash >>> 32));
  }
}
