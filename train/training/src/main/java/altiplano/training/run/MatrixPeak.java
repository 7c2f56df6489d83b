package altiplano.training.run;

import altiplano.training.model.Precision;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import altiplano.training.torch.Torch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The most that this machine was seen to multiply: what a run's speed is held against.
public final class MatrixPeak {
  private static final int SIZE = 2048;
  private static final int TRIES = 8;

  /// So long at most after the second try: on a busy machine more tries find no more.
  private static final long LIMIT_NANOS = 500_000_000;

  private record Setting(Precision precision, int threads) {}

  private static final Map<Setting, Double> MEASURED = new ConcurrentHashMap<>();

  private MatrixPeak() {}

  /// Returns operations a second of the best of several products of 2048 × 2048 matrices, measured
  /// once a process.
  public static double measure(Precision precision) {
    return MEASURED.computeIfAbsent(new Setting(precision, Torch.threads()), MatrixPeak::measure);
  }

  private static double measure(Setting setting) {
    var precision = setting.precision;
    try (var _ = Scope.inference()) {
      var a = Tensor.normal(SIZE, SIZE).to(precision.compute());
      var b = Tensor.normal(SIZE, SIZE).to(precision.compute());
      double best = 0;
      long begun = System.nanoTime();
      for (int i = 0; i < TRIES; i++) {
        if (i >= 2 && System.nanoTime() - begun > LIMIT_NANOS) break;
        try (var _ = Scope.inference()) {
          long start = System.nanoTime();
          double sum = Ops.linear(a, b).item(0);
          double seconds = (System.nanoTime() - start) / 1e9;
          if (Double.isFinite(sum)) best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / seconds);
        }
      }
      return best;
    }
  }
}
