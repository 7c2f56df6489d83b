package altiplano.corpus;

import java.io.Serializable;

/// A set of hashes that answers quickly and travels as one array. Thread-safe once it is built.
public final class LongSet implements Serializable {
  private static final long serialVersionUID = 1L;

  /// Open addressing, at most half full; 0 stands for an empty place.
  private long[] table;

  private int size;

  /// @param expected number of elements; more are fine
  public LongSet(int expected) {
    table =
        new long
            [Math.max(16, Integer.highestOneBit(Math.max(8, Math.min(expected, 1 << 28)) * 2) * 2)];
  }

  public int size() {
    return size;
  }

  public void add(long hash) {
    if (size * 2 >= table.length) grow();
    int at = find(table, nonZero(hash));
    if (table[at] != 0) return;
    table[at] = nonZero(hash);
    size++;
  }

  public boolean contains(long hash) {
    return table[find(table, nonZero(hash))] != 0;
  }

  private void grow() {
    var larger = new long[table.length * 2];
    for (long hash : table) if (hash != 0) larger[find(larger, hash)] = hash;
    table = larger;
  }

  private static int find(long[] table, long hash) {
    int mask = table.length - 1;
    int at = (int) (hash ^ (hash >>> 32)) & mask;
    while (table[at] != 0 && table[at] != hash) at = (at + 1) & mask;
    return at;
  }

  private static long nonZero(long hash) {
    return hash == 0 ? 1 : hash;
  }
}
