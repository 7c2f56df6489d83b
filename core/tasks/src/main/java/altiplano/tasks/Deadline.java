package altiplano.tasks;

import java.time.Duration;

/// Until when a task may take.
final class Deadline {
  private final long started = System.nanoTime();
  private final long allowed;

  private Deadline(long allowedNanos) {
    allowed = allowedNanos;
  }

  static Deadline of(TaskOptions options) {
    return new Deadline(options.timeout().map(Duration::toNanos).orElse(Long.MAX_VALUE));
  }

  /// @throws TaskCancelledException if the time is over or the thread was interrupted
  void check() {
    if (Thread.currentThread().isInterrupted()) {
      throw new TaskCancelledException("the task was interrupted");
    }
    if (System.nanoTime() - started > allowed) {
      throw new TaskCancelledException(
          "the task took longer than the %d ms allowed".formatted(allowed / 1_000_000));
    }
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
