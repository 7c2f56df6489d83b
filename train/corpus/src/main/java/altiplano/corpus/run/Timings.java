package altiplano.corpus.run;

import altiplano.corpus.report.Report;
import java.util.ArrayList;
import java.util.List;

/// Says what a run is doing and remembers how long it took. Not thread-safe.
final class Timings implements Progress {
  private final Progress progress;
  private final List<Report.Timing> done = new ArrayList<>();
  private String current = "start";
  private long began = System.nanoTime();

  Timings(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void says(String message) {
    stop();
    current = message;
    progress.says(message);
  }

  /// Returns all that is done; what comes after is not timed.
  List<Report.Timing> finished() {
    stop();
    current = "";
    return List.copyOf(done);
  }

  private void stop() {
    long now = System.nanoTime();
    if (!current.isEmpty())
      done.add(new Report.Timing(current, Math.round((now - began) / 1e7) / 100.0));
    began = now;
  }
}
