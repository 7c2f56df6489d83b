package altiplano.training.run;

import altiplano.training.model.Precision;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;

/// The most that this machine was seen to multiply: what a run's speed is held against.
public final class MatrixPeak {
  private static final int SIZE = 2048;
  private static final int TRIES = 8;

  private MatrixPeak() {}

  /// Returns operations a second of the best of several products of 2048 × 2048 matrices.
  public static double measure(Precision precision) {
    try (var _ = Scope.inference()) {
      var a = Tensor.normal(SIZE, SIZE).to(precision.compute());
      var b = Tensor.normal(SIZE, SIZE).to(precision.compute());
      double best = 0;
      for (int i = 0; i < TRIES; i++) {
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
