package altiplano.corpus.duplicates;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Joins pairs to clusters: union-find with path halving.
public final class Clusters {
  private final Map<Long, Long> parents = new HashMap<>();

  /// Puts two keys, and all that were put with either, into one cluster.
  public void join(long a, long b) {
    long rootA = root(a);
    long rootB = root(b);
    // The smaller key becomes the root, so that the order of the pairs does not matter.
    if (rootA != rootB) parents.put(Math.max(rootA, rootB), Math.min(rootA, rootB));
  }

  /// Returns the smallest key of a key's cluster.
  public long root(long key) {
    long at = key;
    long above = parents.computeIfAbsent(at, itself -> itself);
    while (above != at) {
      long top = parents.getOrDefault(above, above);
      parents.put(at, top);
      at = top;
      above = parents.getOrDefault(at, at);
    }
    return at;
  }

  /// Returns all keys that were joined.
  public Set<Long> keys() {
    return parents.keySet();
  }
}
