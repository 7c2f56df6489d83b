package altiplano.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.ResourceBundle;

/// How far a long transfer is, with its speed and the time left, on standard error: one line that
/// is drawn over where that is a terminal, else a line every few seconds. Thread-safe.
final class ProgressBar implements AutoCloseable {
  private static final long SECOND = 1_000_000_000L;
  private static final int CELLS = 24;

  /// The speed is that of the last seconds.
  private static final long WINDOW_NANOS = 10 * SECOND;

  /// A moment and what was done by then.
  private record Sample(long nanos, long bytes) {}

  private final String what;
  private final Messages messages;
  private final boolean drawn;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private long shown = System.nanoTime();
  private int width;

  private ProgressBar(String what, Messages messages, boolean drawn) {
    this.what = what;
    this.messages = messages;
    this.drawn = drawn;
  }

  /// Returns a bar that shows nothing under `--quiet`.
  static ProgressBar of(String what, Messages messages, Streams streams) {
    return new ProgressBar(what, messages, streams.errorTerminal());
  }

  /// Takes note of what is done, and shows it if it is time.
  synchronized void at(long bytes, long total) {
    long now = System.nanoTime();
    if (samples.isEmpty() || now - samples.getLast().nanos() > SECOND / 4) {
      samples.addLast(new Sample(now, bytes));
      while (now - samples.getFirst().nanos() > WINDOW_NANOS) samples.removeFirst();
    }
    if (now - shown < (drawn ? SECOND / 5 : 5 * SECOND)) return;
    shown = now;
    show(line(what, bytes, total, speed(now, bytes)));
  }

  private double speed(long now, long bytes) {
    var first = samples.getFirst();
    return (double) SECOND * (bytes - first.bytes()) / Math.max(1, now - first.nanos());
  }

  private void show(String line) {
    if (!drawn) {
      messages.say(line);
    } else if (!messages.quiet()) {
      var rest = " ".repeat(Math.max(0, width - line.length()));
      messages.err().print("\r" + line + rest).flush();
      width = line.length();
    }
  }

  /// Returns one line: what, share, bar, bytes, speed and the time left.
  static String line(String what, long bytes, long total, double bytesPerSecond) {
    var words = ResourceBundle.getBundle("altiplano.cli.messages");
    long share = total == 0 ? 100 : 100 * bytes / total;
    int full = total == 0 ? CELLS : (int) (CELLS * bytes / total);
    var left =
        bytesPerSecond < 1 ? "?" : clock(Math.round(Math.max(0, total - bytes) / bytesPerSecond));
    return "%s %3d%% [%s%s] %s / %s  %s/s  %s"
        .formatted(
            what,
            share,
            "#".repeat(full),
            "-".repeat(CELLS - full),
            size(bytes),
            size(total),
            size(Math.round(bytesPerSecond)),
            words.getString("progress.left").formatted(left));
  }

  private static String clock(long seconds) {
    return seconds < 3600
        ? "%d:%02d".formatted(seconds / 60, seconds % 60)
        : "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /// Returns a number of bytes in decimal units, as disks and networks count.
  static String size(long bytes) {
    double number = bytes;
    for (var unit : new String[] {"B", "kB", "MB", "GB"}) {
      if (number < 1000) {
        return String.format(Locale.ROOT, unit.equals("B") ? "%.0f %s" : "%.1f %s", number, unit);
      }
      number /= 1000;
    }
    return String.format(Locale.ROOT, "%.1f TB", number);
  }

  /// Clears the drawn line.
  @Override
  public synchronized void close() {
    if (width > 0) messages.err().print("\r" + " ".repeat(width) + "\r").flush();
    width = 0;
  }
}
