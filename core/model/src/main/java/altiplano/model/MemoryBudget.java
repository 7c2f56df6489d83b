package altiplano.model;

import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes that caches take, so that they never exceed what the weights leave.
final class MemoryBudget {
  private final long limit;
  private final AtomicLong used = new AtomicLong();

  MemoryBudget(long limit) {
    this.limit = limit;
  }

  void take(long bytes) {
    long after = used.addAndGet(bytes);
    if (after > limit) {
      used.addAndGet(-bytes);
      throw new InsufficientMemoryException("key-value caches beside the weights", after, limit);
    }
  }

  void give(long bytes) {
    used.addAndGet(-bytes);
  }
}
