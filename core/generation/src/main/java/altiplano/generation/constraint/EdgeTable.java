package altiplano.generation.constraint;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// Edges between numbered states, each with a number of its own, as lists in three arrays.
final class EdgeTable {
  private static final int NONE = -1;

  private int[] heads = new int[64];
  private int[] followers = new int[64];
  private int[] labels = new int[64];
  private int[] targets = new int[64];
  private int size;

  EdgeTable() {
    Arrays.fill(heads, NONE);
  }

  interface EdgeConsumer {
    void accept(int label, int target);
  }

  void add(int from, int label, int target) {
    if (from >= heads.length) {
      int before = heads.length;
      heads = Arrays.copyOf(heads, Math.max(from + 1, 2 * before));
      Arrays.fill(heads, before, heads.length, NONE);
    }
    if (size == targets.length) {
      followers = Arrays.copyOf(followers, 2 * size);
      labels = Arrays.copyOf(labels, 2 * size);
      targets = Arrays.copyOf(targets, 2 * size);
    }
    labels[size] = label;
    targets[size] = target;
    followers[size] = heads[from];
    heads[from] = size++;
  }

  /// Calls `consumer` for each edge out of a state.
  void forEach(int from, EdgeConsumer consumer) {
    if (from >= heads.length) return;
    for (int edge = heads[from]; edge != NONE; edge = followers[edge]) {
      consumer.accept(labels[edge], targets[edge]);
    }
  }

  /// Calls `consumer` for the label of each edge.
  void forEachLabel(IntConsumer consumer) {
    for (int edge = 0; edge < size; edge++) consumer.accept(labels[edge]);
  }
}
