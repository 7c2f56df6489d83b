package altiplano.generation;

import java.util.List;
import java.util.stream.IntStream;

/// The log-probability of a token under the model's own logits: before temperature, penalties and
/// constraints.
///
/// @param logProbability natural logarithm
/// @param top the most probable tokens in its place, in falling order
public record LogProbabilities(int id, double logProbability, List<Alternative> top) {
  /// A token that could have stood there.
  ///
  /// @param logProbability natural logarithm
  public record Alternative(int id, double logProbability) {}

  /// Computes the log-softmax of token `id`.
  ///
  /// @param logits one a token id
  /// @param count of alternatives
  public static LogProbabilities of(float[] logits, int id, int count) {
    double logSum = logSumExp(logits);
    if (count == 0) return new LogProbabilities(id, logits[id] - logSum, List.of());
    var candidates = new Candidates(logits.length);
    candidates.reset(logits);
    int shown = Math.min(count, candidates.size());
    candidates.sortLargest(shown);
    var top =
        IntStream.range(0, shown)
            .mapToObj(i -> new Alternative(candidates.id(i), candidates.logit(i) - logSum))
            .toList();
    return new LogProbabilities(id, logits[id] - logSum, top);
  }

  /// Returns `log(sum(exp(logits)))`, in float64.
  public static double logSumExp(float[] logits) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) largest = Math.max(largest, logit);
    double sum = 0;
    for (float logit : logits) sum += Math.exp(logit - largest);
    return largest + Math.log(sum);
  }
}
