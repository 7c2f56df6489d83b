package altiplano.tokenizer;

import java.util.Arrays;

/// A list of ids that grows.
final class IdList {
  private int[] ids;
  private int size;

  IdList(int capacity) {
    ids = new int[Math.max(8, capacity)];
  }

  void add(int id) {
    if (size == ids.length) ids = Arrays.copyOf(ids, 2 * size);
    ids[size++] = id;
  }

  void addAll(int[] more, int count) {
    if (size + count > ids.length) ids = Arrays.copyOf(ids, Math.max(2 * size, size + count));
    System.arraycopy(more, 0, ids, size, count);
    size += count;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }
}
