package altiplano.mini.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Measures over the items of a sample, given by their numbers; an item may come several times.
final class Metrics {
  private Metrics() {}

  /// Returns the share of equal labels.
  static double accuracy(int[] sample, List<String> gold, List<String> found) {
    return Arrays.stream(sample).filter(i -> gold.get(i).equals(found.get(i))).count()
        / (double) sample.length;
  }

  /// Returns the mean of F1 over the labels that `gold` has.
  static double macroF1(int[] sample, List<String> gold, List<String> found) {
    return gold.stream()
        .distinct()
        .mapToDouble(label -> {
          int right = 0;
          int wanted = 0;
          int given = 0;
          for (int i : sample) {
            boolean isWanted = gold.get(i).equals(label);
            boolean isGiven = found.get(i).equals(label);
            wanted += isWanted ? 1 : 0;
            given += isGiven ? 1 : 0;
            right += isWanted && isGiven ? 1 : 0;
          }
          return f1(right, wanted, given);
        })
        .average()
        .orElse(0);
  }

  /// Returns the harmonic mean of precision and recall; 1 if nothing was wanted and nothing given.
  static double f1(double right, double wanted, double given) {
    return wanted + given == 0 ? 1 : 2 * right / (wanted + given);
  }

  /// Returns the probability that a random positive item scores higher than a random negative one;
  /// ties count half (Mann and Whitney 1947).
  static double auc(int[] sample, boolean[] positive, double[] scores) {
    double[] ranks = ranks(sample, scores);
    double sum = 0;
    long positives = 0;
    for (int i = 0; i < sample.length; i++) {
      if (!positive[sample[i]]) continue;
      sum += ranks[i];
      positives++;
    }
    long negatives = sample.length - positives;
    if (positives == 0 || negatives == 0) return 0.5;
    return (sum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
  }

  /// Returns Spearman's rank correlation.
  static double spearman(int[] sample, double[] a, double[] b) {
    double[] x = ranks(sample, a);
    double[] y = ranks(sample, b);
    double mean = (sample.length + 1) / 2.0;
    double both = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < sample.length; i++) {
      both += (x[i] - mean) * (y[i] - mean);
      first += (x[i] - mean) * (x[i] - mean);
      second += (y[i] - mean) * (y[i] - mean);
    }
    return first == 0 || second == 0 ? 0 : both / Math.sqrt(first * second);
  }

  /// Returns each item's rank from 1; equal values share the mean of their ranks.
  private static double[] ranks(int[] sample, double[] values) {
    int[] order =
        IntStream.range(0, sample.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[sample[i]]))
            .mapToInt(Integer::intValue)
            .toArray();
    var ranks = new double[sample.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[sample[order[to]]] == values[sample[order[from]]]) to++;
      for (int i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2.0;
      from = to;
    }
    return ranks;
  }

  /// Returns the expected calibration error over ten bins (Guo et al. 2017).
  static double calibrationError(int[] sample, double[] confidence, boolean[] right) {
    var count = new int[10];
    var sure = new double[10];
    var hits = new double[10];
    for (int i : sample) {
      int bin = Math.min(9, (int) (confidence[i] * 10));
      count[bin]++;
      sure[bin] += confidence[i];
      hits[bin] += right[i] ? 1 : 0;
    }
    double error = 0;
    for (int bin = 0; bin < 10; bin++) error += Math.abs(sure[bin] - hits[bin]);
    return error / sample.length;
  }

  static double mean(int[] sample, double[] values) {
    return Arrays.stream(sample).mapToDouble(i -> values[i]).average().orElse(0);
  }

  static int[] all(int n) {
    return IntStream.range(0, n).toArray();
  }

  /// Returns the F1 of the signs that two answers share, Chinese by sign and others by word (CMRC
  /// 2018's measure, with the multiset of signs in place of the longest common part).
  static double overlap(String wanted, String given) {
    var a = new ArrayList<>(Words.of(wanted));
    var b = Words.of(given);
    int before = a.size();
    b.forEach(a::remove);
    return before + b.size() == 0 ? 1 : f1(before - a.size(), before, b.size());
  }
}
