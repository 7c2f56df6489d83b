package altiplano.generation;

import altiplano.model.Batch;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import java.util.ArrayList;
import java.util.Arrays;
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

  /// Rows of logits that are held at once.
  private static final int ROWS = 64;

  /// Computes the log-probability of each token of a text but the first, given those before it.
  ///
  /// @param ids at least one token, begin-of-text included where the model expects it
  /// @param count of alternatives to each
  /// @throws altiplano.model.ContextLengthException if the text exceeds the context
  public static List<LogProbabilities> ofText(LlamaModel model, int[] ids, int count) {
    var all = new ArrayList<LogProbabilities>();
    var logits = new Logits();
    try (var cache = model.newCache()) {
      for (int from = 0; from < ids.length - 1; from += ROWS) {
        int to = Math.min(from + ROWS, ids.length - 1);
        int[] part = Arrays.copyOfRange(ids, from, to);
        model.forward(Batch.of(cache, part, Batch.Wanted.ALL), logits);
        for (int i = from; i < to; i++) all.add(of(logits.row(i - from), ids[i + 1], count));
      }
    }
    return all;
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
