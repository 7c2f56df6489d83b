package altiplano.generation;

import altiplano.model.Batch;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import java.util.Arrays;

/// How well a model predicts a text.
///
/// @param tokens that were scored
/// @param natsPerToken mean of the negative natural log-probabilities
/// @param standardError of that mean, tokens taken as independent
/// @param bytes of the text in UTF-8
public record Perplexity(long tokens, double natsPerToken, double standardError, long bytes) {
  /// Rows of logits that are held at once.
  private static final int LOGIT_ROWS = 64;

  /// Returns `exp(natsPerToken)`.
  public double perplexity() {
    return Math.exp(natsPerToken);
  }

  /// Returns bits a byte of text: comparable between vocabularies.
  public double bitsPerByte() {
    return natsPerToken * tokens / Math.log(2) / bytes;
  }

  /// Scores a text.
  ///
  /// @param ids the text's tokens, after begin-of-text if the model expects it; the first is not
  ///   scored
  /// @param bytes of the text in UTF-8
  /// @param window positions that a pass sees; at most the model's context
  /// @param stride tokens by which the window moves: each token after the first window is scored
  ///   with at least `window - stride` before it
  public static Perplexity of(LlamaModel model, int[] ids, long bytes, int window, int stride) {
    double[] scores = logProbabilities(model, ids, window, stride);
    double mean = -Arrays.stream(scores).average().orElse(0);
    double squares = Arrays.stream(scores).map(score -> (score + mean) * (score + mean)).sum();
    double variance = squares / Math.max(1, scores.length - 1);
    double standardError = Math.sqrt(variance / Math.max(1, scores.length));
    return new Perplexity(scores.length, mean, standardError, bytes);
  }

  /// Returns the natural log-probability of each token but the first, given those before it.
  ///
  /// @param ids at least two tokens
  public static double[] logProbabilities(LlamaModel model, int[] ids, int window, int stride) {
    if (ids.length < 2) throw new IllegalArgumentException("there is no token to score");
    if (window < 2 || window > model.contextLength() || stride < 1 || stride >= window) {
      throw new IllegalArgumentException(
          "a window of %d with stride %d does not move through a context of %d"
              .formatted(window, stride, model.contextLength()));
    }
    var scores = new double[ids.length - 1];
    int scored = 0;
    for (int from = 0; scored < scores.length; from += stride) {
      int to = Math.min(from + window, ids.length);
      score(model, ids, from, to, scored, scores);
      scored = to - 1;
    }
    return scores;
  }

  /// Scores the tokens after `ids[scored]` up to `to` in a window that begins at `from`.
  private static void score(
      LlamaModel model, int[] ids, int from, int to, int scored, double[] scores) {
    var logits = new Logits();
    var row = new float[model.config().vocabulary()];
    try (var cache = model.newCache()) {
      if (scored > from) {
        int[] context = Arrays.copyOfRange(ids, from, scored);
        model.forward(Batch.of(cache, context, Batch.Wanted.NONE), logits);
      }
      for (int at = scored; at < to - 1; at += LOGIT_ROWS) {
        int end = Math.min(at + LOGIT_ROWS, to - 1);
        int[] step = Arrays.copyOfRange(ids, at, end);
        model.forward(Batch.of(cache, step, Batch.Wanted.ALL), logits);
        for (int i = at; i < end; i++) {
          logits.copy(i - at, row);
          scores[i] = row[ids[i + 1]] - LogProbabilities.logSumExp(row);
        }
      }
    }
  }
}
