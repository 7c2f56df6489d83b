package altiplano.mini.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Training, development and test parts of which none holds a near-duplicate of another's texts.
///
/// Texts that share one of their eight smallest shingle hashes belong together (a bottom-k sketch,
/// Broder 1997); whole groups go to one part. Where a group goes depends on its texts alone, not on
/// their order.
///
/// @param train nine tenths
/// @param dev for choosing and calibrating
/// @param test for the model card only
record Split<T>(List<T> train, List<T> dev, List<T> test) {
  private static final int SHINGLE = 8;
  private static final int SKETCH = 8;

  /// Hashes that more texts share are phrases of the domain, not copies.
  private static final int MOST_COPIES = 20;

  static <T> Split<T> of(List<T> rows, Function<T, String> text) {
    var groups = new Groups(rows.size());
    var sketches = rows.stream().map(row -> sketch(text.apply(row))).toList();
    Map<Long, List<Integer>> holders = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      for (long hash : sketches.get(i)) {
        holders.computeIfAbsent(hash, h -> new ArrayList<>()).add(i);
      }
    }
    for (var same : holders.values()) {
      if (same.size() <= MOST_COPIES) same.forEach(i -> groups.join(same.getFirst(), i));
    }
    var least = new long[rows.size()];
    Arrays.fill(least, Long.MAX_VALUE);
    for (int i = 0; i < rows.size(); i++) {
      int root = groups.root(i);
      for (long hash : sketches.get(i)) least[root] = Math.min(least[root], hash);
    }
    var split = new Split<T>(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < rows.size(); i++) {
      long part = Long.remainderUnsigned(mix(least[groups.root(i)]), 20);
      (part == 0 ? split.test : part == 1 ? split.dev : split.train).add(rows.get(i));
    }
    return split;
  }

  /// Returns the smallest hashes of the text's shingles; letters and digits alone count.
  private static long[] sketch(String text) {
    int[] signs = text.codePoints().filter(Character::isLetterOrDigit).toArray();
    int count = Math.max(1, signs.length - SHINGLE + 1);
    return IntStream.range(0, count)
        .mapToLong(from -> hash(signs, from, Math.min(signs.length, from + SHINGLE)))
        .distinct()
        .sorted()
        .limit(SKETCH)
        .toArray();
  }

  private static long hash(int[] signs, int from, int to) {
    long hash = 0;
    for (int i = from; i < to; i++) hash = mix(hash ^ signs[i]);
    return hash >>> 1;
  }

  /// SplitMix64's finaliser.
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// Disjoint sets.
  private static final class Groups {
    private final int[] parent;

    Groups(int size) {
      parent = IntStream.range(0, size).toArray();
    }

    int root(int i) {
      int at = i;
      while (parent[at] != at) at = parent[at] = parent[parent[at]];
      return at;
    }

    void join(int a, int b) {
      parent[root(b)] = root(a);
    }
  }
}
