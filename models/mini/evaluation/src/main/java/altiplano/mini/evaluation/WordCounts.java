package altiplano.mini.evaluation;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Weighted word counts (TF-IDF of units and pairs, seen in two texts or more), and logistic
/// regression on them by liblinear: what a careful engineer would try first.
final class WordCounts {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<String, Double> rarity = new HashMap<>();

  WordCounts(List<String> texts) {
    var documents = new HashMap<String, Integer>();
    for (String text : texts) {
      new HashSet<>(Words.withPairs(text)).forEach(word -> documents.merge(word, 1, Integer::sum));
    }
    new TreeMap<>(documents)
        .forEach((word, count) -> {
          if (count < 2) return;
          numbers.put(word, numbers.size() + 1);
          rarity.put(word, Math.log((1.0 + texts.size()) / (1 + count)) + 1);
        });
  }

  /// Returns the cosine of two texts' weighted counts.
  double cosine(String a, String b) {
    var x = weights(a);
    var y = weights(b);
    double dot = 0;
    for (var entry : x.entrySet()) dot += entry.getValue() * y.getOrDefault(entry.getKey(), 0.0);
    return dot;
  }

  /// Learns labels from texts.
  Classifier learn(List<String> texts, List<String> labels) {
    var names = labels.stream().distinct().sorted().toList();
    var problem = new Problem();
    problem.l = texts.size();
    problem.n = numbers.size();
    problem.x = texts.stream().map(this::features).toArray(Feature[][]::new);
    problem.y = labels.stream().mapToDouble(names::indexOf).toArray();
    Linear.disableDebugOutput();
    return new Classifier(
        this, names, Linear.train(problem, new Parameter(SolverType.L2R_LR, 4, 0.01)));
  }

  /// A trained logistic regression.
  record Classifier(WordCounts counts, List<String> names, Model model) {
    String label(String text) {
      return names.get((int) Linear.predict(model, counts.features(text)));
    }
  }

  private Feature[] features(String text) {
    return weights(text).entrySet().stream()
        .map(entry -> (Feature) new FeatureNode(entry.getKey(), entry.getValue()))
        .toArray(Feature[]::new);
  }

  /// Returns weights by word number, of length 1.
  private Map<Integer, Double> weights(String text) {
    var counts =
        Words.withPairs(text).stream()
            .filter(numbers::containsKey)
            .collect(Collectors.groupingBy(word -> word, TreeMap::new, Collectors.counting()));
    var weights = new TreeMap<Integer, Double>();
    counts.forEach((word, count) ->
        weights.put(
            numbers.getOrDefault(word, 0), (1 + Math.log(count)) * rarity.getOrDefault(word, 0.0)));
    double length = Math.sqrt(weights.values().stream().mapToDouble(w -> w * w).sum());
    weights.replaceAll((number, weight) -> weight / length);
    return weights;
  }
}
