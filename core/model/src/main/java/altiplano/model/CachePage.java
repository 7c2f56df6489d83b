package altiplano.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/// Keys and values of all layers at 64 positions, owned by the caches that share it.
///
/// Whoever is the only owner may write; the last owner to leave frees the memory.
final class CachePage {
  private final CacheLayout layout;
  private final MemoryBudget budget;
  private final Arena arena = Arena.ofShared();
  private final AtomicInteger owners = new AtomicInteger(1);
  private final MemorySegment memory;
  private final MemorySegment[] keys;
  private final MemorySegment[] values;

  CachePage(CacheLayout layout, MemoryBudget budget) {
    this.layout = layout;
    this.budget = budget;
    budget.take(layout.pageBytes());
    memory = arena.allocate(layout.pageBytes(), 64);
    keys = new MemorySegment[layout.layers()];
    values = new MemorySegment[layout.layers()];
    long slice = layout.sliceBytes();
    for (int layer = 0; layer < layout.layers(); layer++) {
      keys[layer] = memory.asSlice(2L * layer * slice, slice);
      values[layer] = memory.asSlice((2L * layer + 1) * slice, slice);
    }
  }

  CacheLayout layout() {
    return layout;
  }

  /// The whole page: keys of layer 0, values of layer 0, keys of layer 1, …
  MemorySegment memory() {
    return memory;
  }

  MemorySegment keys(int layer) {
    return keys[layer];
  }

  MemorySegment values(int layer) {
    return values[layer];
  }

  boolean shared() {
    return owners.get() > 1;
  }

  CachePage share() {
    owners.incrementAndGet();
    return this;
  }

  CachePage copy() {
    var copy = new CachePage(layout, budget);
    copy.memory.copyFrom(memory);
    return copy;
  }

  void release() {
    if (owners.decrementAndGet() == 0) {
      arena.close();
      budget.give(layout.pageBytes());
    }
  }
}
