package altiplano.kernels;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The few compute threads of an engine, the caller's included.
///
/// A call cuts its range into parts; threads claim parts until none is left, so a thread that the
/// machine takes away holds up one part and not its whole share. Waiting threads spin for about a
/// tenth of a millisecond, the time between two kernels of a token, and then park.
final class Workers implements AutoCloseable {
  private static final int SPINS = 1 << 11;
  private static final long PARK_NANOS = 50_000;

  /// The work on one part of a range.
  interface Task {
    /// Runs the part `from .. to`; `worker`, in `0 .. threads - 1`, is the same for all that one
    /// thread does: the index of its scratch.
    void run(int from, int to, int worker);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Worker[] workers;

  // Written before `claims` announces new parts, read after a part is claimed.
  private Task task = (from, to, worker) -> {};
  private int count;
  private int grain;

  /// Number of parts in the high half, next part to claim in the low half: one word, so that a
  /// successful claim proves that the fields above belong to it.
  private final AtomicLong claims = new AtomicLong();

  private final AtomicInteger done = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean closed;

  /// @param threads 0 takes one per processor
  Workers(int threads) {
    int others = (threads == 0 ? Runtime.getRuntime().availableProcessors() : threads) - 1;
    workers = new Worker[others];
    for (int i = 0; i < others; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  int threads() {
    return workers.length + 1;
  }

  /// Makes the caller the only one that uses the engine, until [#release].
  ///
  /// @throws IllegalStateException if the engine is closed
  void acquire() {
    lock.lock();
    if (closed) {
      lock.unlock();
      requireOpen();
    }
  }

  void requireOpen() {
    if (closed) throw new IllegalStateException("the engine is closed");
  }

  void release() {
    lock.unlock();
  }

  /// Runs `task` over `0 .. count` in parts of `grain`, the last one shorter, and returns when all
  /// are done.
  ///
  /// @throws IllegalStateException if the engine is closed
  void run(int count, int grain, Task task) {
    acquire();
    try {
      int parts = (int) (((long) count + grain - 1) / grain);
      if (parts <= 1 || workers.length == 0) {
        if (count > 0) task.run(0, count, 0);
      } else {
        runParts(parts, count, grain, task);
      }
    } finally {
      release();
    }
  }

  private void runParts(int parts, int count, int grain, Task task) {
    this.task = task;
    this.count = count;
    this.grain = grain;
    done.set(0);
    claims.set((long) parts << 32);
    for (var worker : workers) worker.wake();
    claimAll(0);
    for (int spins = 0; done.get() < parts; spins++) {
      if (spins < SPINS) Thread.onSpinWait();
      else LockSupport.parkNanos(PARK_NANOS);
    }
    var thrown = failure.getAndSet(null);
    if (thrown instanceof RuntimeException e) throw e;
    if (thrown instanceof Error e) throw e;
  }

  /// Claims and runs parts until none is left.
  private void claimAll(int worker) {
    while (true) {
      long seen = claims.get();
      if (!anyLeft(seen)) return;
      if (!claims.compareAndSet(seen, seen + 1)) continue;
      int from = (int) seen * grain;
      try {
        task.run(from, (int) Math.min(count, (long) from + grain), worker);
      } catch (Throwable thrown) { // the caller's to see, whoever ran into it
        failure.compareAndSet(null, thrown);
      }
      done.incrementAndGet();
    }
  }

  private static boolean anyLeft(long claims) {
    return (int) claims < (int) (claims >>> 32);
  }

  /// Ends the threads; a second call does nothing.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (var worker : workers) LockSupport.unpark(worker);
    } finally {
      lock.unlock();
    }
  }

  private final class Worker extends Thread {
    private final int index;
    private volatile boolean parked;

    Worker(int index) {
      super("altiplano-kernels-" + index);
      this.index = index;
      setDaemon(true);
    }

    void wake() {
      if (parked) LockSupport.unpark(this);
    }

    @Override
    public void run() {
      int spins = 0;
      while (!closed) {
        if (anyLeft(claims.get())) {
          claimAll(index);
          spins = 0;
        } else if (spins++ < SPINS) {
          Thread.onSpinWait();
        } else {
          parked = true;
          // Seen again after `parked` is set: a caller announces first and looks at it second.
          if (!anyLeft(claims.get()) && !closed) LockSupport.park(Workers.this);
          parked = false;
        }
      }
    }
  }
}
