package altiplano.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;

/// Says how probable each of some labels is for a text, by the model's own probabilities.
///
/// What the model would say of no text at all is taken off first, so that a label is not preferred
/// for being a common word (contextual calibration, Zhao et al. 2021). A text longer than the
/// context is judged by windows, each with the weight of its length.
final class LabelScorer {
  private static final int MOST_CALIBRATIONS = 256;

  private final ModelRunner runner;
  private final Map<List<String>, double[]> calibrations = new ConcurrentHashMap<>();

  LabelScorer(ModelRunner runner) {
    this.runner = runner;
  }

  /// Makes the question about a text.
  interface Question {
    String about(String text);
  }

  /// How probable each label is.
  ///
  /// @param probabilities in the order of the labels; their sum is 1
  /// @param <K> what the labels stand for
  record Scores<K>(SequencedMap<K, Double> probabilities, Usage usage) {
    K best() {
      K best = probabilities.firstEntry().getKey();
      double highest = 0;
      for (var entry : probabilities.entrySet()) {
        if (entry.getValue() <= highest) continue;
        best = entry.getKey();
        highest = entry.getValue();
      }
      return best;
    }
  }

  /// Scores labels for a text.
  ///
  /// @param words what the model would write for each label
  <K> Scores<K> score(
      String text, Question question, SequencedMap<K, String> words, Deadline deadline) {
    var labels = List.copyOf(words.values());
    int longest = labels.stream().mapToInt(runner::count).max().orElse(0);
    double[] bias = bias(question, labels, deadline);
    double[] sums = new double[labels.size()];
    double weight = 0;
    int read = 0;
    for (String window : runner.windows(text, runner.room(question.about(""), longest))) {
      int[] prompt = runner.prompt(question.about(window));
      double[] scores = runner.score(prompt, labels, deadline);
      int length = Math.max(1, runner.count(window));
      for (int i = 0; i < sums.length; i++) sums[i] += length * (scores[i] - bias[i]);
      weight += length;
      read += prompt.length;
    }
    double total = weight;
    double[] probabilities =
        ModelRunner.softmax(Arrays.stream(sums).map(sum -> sum / total).toArray());
    var byLabel = new LinkedHashMap<K, Double>();
    for (K label : words.sequencedKeySet()) {
      byLabel.put(label, probabilities[byLabel.size()]);
    }
    int scored = labels.stream().mapToInt(runner::count).sum();
    return new Scores<>(byLabel, new Usage(read, scored, deadline.elapsed()));
  }

  private double[] bias(Question question, List<String> labels, Deadline deadline) {
    String empty = question.about("N/A");
    var key = new ArrayList<>(labels);
    key.add(empty);
    double[] known = calibrations.get(key);
    if (known != null) return known;
    double[] bias = runner.score(runner.prompt(empty), labels, deadline);
    if (calibrations.size() >= MOST_CALIBRATIONS) calibrations.clear();
    calibrations.put(key, bias);
    return bias;
  }
}
