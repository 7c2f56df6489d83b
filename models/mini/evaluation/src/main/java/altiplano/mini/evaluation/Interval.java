package altiplano.mini.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/// A 95% interval by the percentile bootstrap (Efron 1979), seeded.
record Interval(double low, double high) {
  private static final int RESAMPLES = 400;

  /// @param n items
  /// @param statistic of a sample, which is given as numbers of items
  static Interval of(int n, ToDoubleFunction<int[]> statistic) {
    var random = new SplittableRandom(1);
    var values = new double[RESAMPLES];
    var sample = new int[n];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.setAll(sample, at -> random.nextInt(n));
      values[i] = statistic.applyAsDouble(sample);
    }
    Arrays.sort(values);
    return new Interval(values[RESAMPLES / 40], values[RESAMPLES - 1 - RESAMPLES / 40]);
  }
}
