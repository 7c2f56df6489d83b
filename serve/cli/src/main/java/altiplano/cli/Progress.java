package altiplano.cli;

/// Says on standard error how far many inputs are: a line now and then, nothing for a few that are
/// soon done.
final class Progress {
  private static final long EVERY_NANOS = 2_000_000_000L;

  private final Messages messages;
  private final int total;
  private final long started = System.nanoTime();
  private long said = started;

  Progress(Messages messages, int total) {
    this.messages = messages;
    this.total = total;
  }

  /// @param done inputs so far
  void at(int done) {
    long now = System.nanoTime();
    if (now - said < EVERY_NANOS) return;
    said = now;
    double rate = done / ((now - started) / 1e9);
    messages.say(() ->
        "%,d of %,d, %.1f a second, %,.0f s to go"
            .formatted(done, total, rate, (total - done) / rate));
  }
}
