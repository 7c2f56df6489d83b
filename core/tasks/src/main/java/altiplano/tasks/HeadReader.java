package altiplano.tasks;

import altiplano.model.Head;
import altiplano.model.Head.Kind;
import altiplano.model.Head.Pooling;
import altiplano.model.TextEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// What a model's heads say of texts of any length. Thread-safe.
final class HeadReader {
  /// Windows that are read together, between two looks at the clock.
  private static final int TOGETHER = 16;

  /// By how many tokens two texts can be longer together than the sum of both.
  private static final int SEAM = 4;

  private final ModelRunner runner;
  private final TextEncoder encoder;

  HeadReader(ModelRunner runner) {
    this.runner = runner;
    encoder = new TextEncoder(runner.model());
  }

  TextEncoder encoder() {
    return encoder;
  }

  /// Returns a head by its name, if the model has it in one of these kinds.
  Optional<Head> find(String name, Kind... kinds) {
    return runner.model().head(name).filter(head -> List.of(kinds).contains(head.kind()));
  }

  /// Returns a head that tells exactly these labels apart.
  Optional<Head> classifier(List<String> labels) {
    Set<String> wanted = new LinkedHashSet<>(labels);
    return runner.model().heads().stream()
        .filter(head -> head.kind() == Kind.CLASSIFICATION)
        .filter(head -> wanted.equals(new LinkedHashSet<>(head.labels())))
        .findFirst();
  }

  /// How probable each label of a head is for a text.
  ///
  /// @param probabilities in the head's order; their sum is 1, and they are equal for a text
  ///   without any token
  record Labels(SequencedMap<String, Double> probabilities, int tokens) {
    String best() {
      String best = probabilities.firstEntry().getKey();
      for (var entry : probabilities.entrySet()) {
        if (entry.getValue() > probabilities.getOrDefault(best, 0.0)) best = entry.getKey();
      }
      return best;
    }
  }

  Labels classify(Head head, String before, String text, Deadline deadline) {
    return classify(head, before, List.of(text), deadline).getFirst();
  }

  /// Judges texts: those that fit are read together, longer ones by windows, each with the weight
  /// of its length.
  ///
  /// @param before stands before each window, such as the aspect that is asked for
  List<Labels> classify(Head head, String before, List<String> texts, Deadline deadline) {
    int room = runner.model().contextLength() - runner.count(before) - SEAM;
    var windows = new ArrayList<int[]>();
    var owners = new ArrayList<Integer>();
    for (int text = 0; text < texts.size(); text++) {
      for (String window : runner.windows(texts.get(text), room)) {
        if (window.isEmpty()) continue;
        windows.add(runner.plain(before + window));
        owners.add(text);
      }
    }
    int labels = head.labels().size();
    double[][] sums = new double[texts.size()][labels];
    int[] tokens = new int[texts.size()];
    for (int from = 0; from < windows.size(); from += TOGETHER) {
      deadline.check();
      var some = windows.subList(from, Math.min(windows.size(), from + TOGETHER));
      var probabilities = encoder.classify(head, some);
      for (int i = 0; i < some.size(); i++) {
        int owner = owners.get(from + i);
        int length = some.get(i).length;
        tokens[owner] += length;
        for (int l = 0; l < labels; l++) sums[owner][l] += length * probabilities.get(i)[l];
      }
    }
    var results = new ArrayList<Labels>();
    for (int text = 0; text < texts.size(); text++) {
      var byLabel = new LinkedHashMap<String, Double>();
      for (int l = 0; l < labels; l++) {
        double p = tokens[text] == 0 ? 1.0 / labels : sums[text][l] / tokens[text];
        byLabel.put(head.labels().get(l), p);
      }
      results.add(new Labels(byLabel, tokens[text]));
    }
    return results;
  }

  /// Returns the vectors of texts: by the head for them, else by the mean of the hidden states.
  ///
  /// @param level sentence or paragraph
  List<float[]> vectors(List<String> texts, Level level, Deadline deadline) {
    Optional<Head> head =
        level == Level.PARAGRAPH ? find("paragraph", Kind.EMBEDDING) : Optional.empty();
    head =
        head.or(() -> find("sentence", Kind.EMBEDDING))
            .or(() ->
                runner.model().heads().stream()
                    .filter(any -> any.kind() == Kind.EMBEDDING)
                    .findFirst());
    var windows = new ArrayList<int[]>();
    var owners = new ArrayList<Integer>();
    for (int text = 0; text < texts.size(); text++) {
      for (String window : runner.windows(texts.get(text), runner.model().contextLength() - 1)) {
        int[] ids = head.isPresent() ? runner.plain(window) : runner.ids(window);
        if (ids.length == 0 || window.isEmpty()) continue;
        windows.add(ids);
        owners.add(text);
      }
    }
    float[][] sums = new float[texts.size()][];
    for (int from = 0; from < windows.size(); from += TOGETHER) {
      deadline.check();
      var some = windows.subList(from, Math.min(windows.size(), from + TOGETHER));
      var vectors =
          head.isPresent()
              ? encoder.vectors(some, head.get())
              : encoder.vectors(some, Pooling.MEAN);
      for (int i = 0; i < some.size(); i++) add(sums, owners.get(from + i), vectors.get(i));
    }
    for (float[] sum : sums) {
      if (sum == null) throw new IllegalArgumentException("an empty text has no vector");
      normalise(sum);
    }
    return List.of(sums);
  }

  private static void add(float[][] sums, int owner, float[] vector) {
    if (sums[owner] == null) {
      sums[owner] = vector;
    } else {
      for (int i = 0; i < vector.length; i++) sums[owner][i] += vector[i];
    }
  }

  private static void normalise(float[] vector) {
    double square = 0;
    for (float x : vector) square += (double) x * x;
    double length = Math.sqrt(square);
    if (length > 0)
      for (int i = 0; i < vector.length; i++) vector[i] = (float) (vector[i] / length);
  }
}
