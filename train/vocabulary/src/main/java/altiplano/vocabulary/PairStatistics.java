package altiplano.vocabulary;

import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/// How often each pair of neighbouring tokens occurs, and in which words.
///
/// A pair is one number, `left << 32 | right`.
final class PairStatistics {
  private static final long NONE = -1;

  private final List<Word> words;
  private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();
  // An open-addressing table from pairs to places in the arrays after it.
  private int[] slots = new int[1 << 16];
  private long[] pairs = new long[1 << 15];
  private long[] counts = new long[1 << 15];
  private int[][] places = new int[1 << 15][];
  private int[] placeCounts = new int[1 << 15];
  private int size;
  // Pairs before this place have a candidate.
  private int listed;

  private record Candidate(long count, long pair) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(pair, other.pair);
    }
  }

  PairStatistics(List<Word> words) {
    this.words = words;
    for (int w = 0; w < words.size(); w++) {
      Word word = words.get(w);
      for (int i = 0; i + 1 < word.length; i++) {
        add(pair(word.ids[i], word.ids[i + 1]), word.count, w);
      }
    }
    list();
  }

  private void list() {
    for (; listed < size; listed++) candidates.add(new Candidate(counts[listed], pairs[listed]));
  }

  static int left(long pair) {
    return (int) (pair >>> 32);
  }

  static int right(long pair) {
    return (int) pair;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  /// Returns the pair that occurs most often, of equals the one of lower ids; counted 0 if there is
  /// none.
  long mostFrequent() {
    while (!candidates.isEmpty()) {
      Candidate top = candidates.peek();
      long count = count(top.pair());
      if (count == top.count()) return top.pair();
      // Counts fall while a candidate waits.
      candidates.poll();
      if (count > 0) candidates.add(new Candidate(count, top.pair()));
    }
    return NONE;
  }

  long count(long pair) {
    if (pair == NONE) return 0;
    int at = find(pair);
    return at < 0 ? 0 : counts[at];
  }

  /// Joins a pair wherever it occurs.
  void merge(long pair, int joined) {
    int at = find(pair);
    int[] where = places[at];
    int occurrences = placeCounts[at];
    places[at] = new int[0];
    placeCounts[at] = 0;
    for (int i = 0; i < occurrences; i++) merge(where[i], left(pair), right(pair), joined);
    counts[at] = 0;
    list();
  }

  private void merge(int w, int left, int right, int joined) {
    Word word = words.get(w);
    int[] ids = word.ids;
    int to = 0;
    for (int from = 0; from < word.length; from++, to++) {
      if (from + 1 < word.length && ids[from] == left && ids[from + 1] == right) {
        if (to > 0) {
          add(pair(ids[to - 1], left), -word.count, w);
          add(pair(ids[to - 1], joined), word.count, w);
        }
        if (from + 2 < word.length) {
          add(pair(right, ids[from + 2]), -word.count, w);
          add(pair(joined, ids[from + 2]), word.count, w);
        }
        ids[to] = joined;
        from++;
      } else {
        ids[to] = ids[from];
      }
    }
    word.length = to;
  }

  private void add(long pair, long count, int word) {
    int at = find(pair);
    if (at < 0) at = insert(pair, ~at);
    counts[at] += count;
    if (count < 0) return;
    // Only where a token made before is made in another way.
    if (at < listed) candidates.add(new Candidate(counts[at], pair));
    int[] where = places[at];
    int occurrences = placeCounts[at];
    if (occurrences > 0 && where[occurrences - 1] == word) return;
    if (occurrences == where.length) {
      where = Arrays.copyOf(where, Math.max(2, occurrences + occurrences / 2));
      places[at] = where;
    }
    where[occurrences] = word;
    placeCounts[at]++;
  }

  /// Returns the place of a pair, or the complement of the slot where it belongs.
  private int find(long pair) {
    int mask = slots.length - 1;
    int at = hash(pair) & mask;
    for (; slots[at] != 0; at = (at + 1) & mask) {
      if (pairs[slots[at] - 1] == pair) return slots[at] - 1;
    }
    return ~at;
  }

  private int insert(long pair, int slot) {
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
      places = Arrays.copyOf(places, 2 * size);
      placeCounts = Arrays.copyOf(placeCounts, 2 * size);
    }
    pairs[size] = pair;
    places[size] = new int[0];
    slots[slot] = ++size;
    if (2 * size > slots.length) {
      slots = new int[2 * slots.length];
      for (int i = 0; i < size; i++) slots[~find(pairs[i])] = i + 1;
    }
    return size - 1;
  }

  private static int hash(long pair) {
    long product = pair * 0x9E3779B97F4A7C15L;
    return (int) (product >>> 32);
  }
}
