package altiplano.training.run;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/// One line on standard error that says how a run goes: rewritten in place on a terminal, else a
/// new line now and then.
public final class ProgressBar {
  private static final int WIDTH = 24;
  private static final long QUIET_NANOS = Duration.ofSeconds(20).toNanos();

  private final PrintStream out;
  private final boolean terminal;
  private final int steps;
  private long lastLine;

  public ProgressBar(PrintStream out, boolean terminal, int steps) {
    this.out = out;
    this.terminal = terminal;
    this.steps = steps;
  }

  /// Shows a finished step.
  ///
  /// @param share of the measured matrix product peak, 0 to 1
  public void show(int step, double loss, double tokensPerSecond, double share, Duration left) {
    long now = System.nanoTime();
    boolean last = step == steps;
    if (!terminal && !last && lastLine != 0 && now - lastLine < QUIET_NANOS) return;
    lastLine = now;
    int full = (int) ((long) WIDTH * step / steps);
    String line =
        String.format(
            Locale.ROOT,
            "%s%s %,d/%,d  loss %.4f  %,.0f tokens/s  %.0f%% of peak  %s left",
            "█".repeat(full),
            "░".repeat(WIDTH - full),
            step,
            steps,
            loss,
            tokensPerSecond,
            100 * share,
            clock(left));
    out.print(terminal ? "\r\033[K" + line + (last ? "\n" : "") : line + "\n");
    out.flush();
  }

  /// Prints a line of its own above the bar.
  public void say(String line) {
    out.print((terminal ? "\r\033[K" : "") + line + "\n");
    out.flush();
  }

  private static String clock(Duration left) {
    long seconds = left.toSeconds();
    return seconds >= 3600
        ? "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
        : "%d:%02d".formatted(seconds / 60, seconds % 60);
  }
}
