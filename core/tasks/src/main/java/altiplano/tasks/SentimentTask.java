package altiplano.tasks;

import altiplano.model.Head;
import altiplano.tasks.Sentiment.Mood;
import altiplano.tasks.Sentiment.Scale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Judges moods: by a head if the model has one (`sentiment.review`, `sentiment.finance`,
/// `sentiment.aspect`; `sentiment.scale` chooses between the first two), else by the probabilities
/// of the words for them.
final class SentimentTask {
  private final LabelScorer scorer;
  private final HeadReader heads;

  SentimentTask(LabelScorer scorer, HeadReader heads) {
    this.scorer = scorer;
    this.heads = heads;
  }

  Sentiment judge(String text, Optional<Scale> wanted, PromptTemplates prompts, Deadline deadline) {
    return judge(List.of(text), wanted, prompts, deadline).getFirst();
  }

  /// Judges texts in their order; those of the same head are read together.
  List<Sentiment> judge(
      List<String> texts, Optional<Scale> wanted, PromptTemplates prompts, Deadline deadline) {
    List<Scale> scales =
        wanted
            .map(scale -> Collections.nCopies(texts.size(), scale))
            .orElseGet(() -> scales(texts, prompts, deadline));
    var results = new TreeMap<Integer, Sentiment>();
    for (Scale scale : Scale.values()) {
      var places = IntStream.range(0, texts.size()).filter(i -> scales.get(i) == scale).toArray();
      var some = Arrays.stream(places).mapToObj(texts::get).toList();
      var moods = judge(some, scale, prompts, deadline);
      for (int i = 0; i < places.length; i++) results.put(places[i], moods.get(i));
    }
    return List.copyOf(results.values());
  }

  private List<Sentiment> judge(
      List<String> texts, Scale scale, PromptTemplates prompts, Deadline deadline) {
    String name = "sentiment." + lower(scale);
    Optional<Head> head = heads.find(name, Head.Kind.CLASSIFICATION);
    return head.isPresent()
        ? byHead(head.get(), "", texts, scale, deadline)
        : texts.stream()
            .map(text -> byPrompt(text, scale, name, Map.of(), prompts, deadline))
            .toList();
  }

  Sentiment judge(String text, String aspect, PromptTemplates prompts, Deadline deadline) {
    Optional<Head> head = heads.find("sentiment.aspect", Head.Kind.CLASSIFICATION);
    if (head.isPresent()) {
      return byHead(head.get(), aspect + "\n", List.of(text), Scale.REVIEW, deadline).getFirst();
    }
    var values = Map.of("aspect", aspect);
    return byPrompt(text, Scale.REVIEW, "sentiment.aspect", values, prompts, deadline);
  }

  private List<Scale> scales(List<String> texts, PromptTemplates prompts, Deadline deadline) {
    Optional<Head> head = heads.find("sentiment.scale", Head.Kind.CLASSIFICATION);
    if (head.isPresent()) {
      return heads.classify(head.get(), "", texts, deadline).stream()
          .map(labels -> constant(Scale.class, labels.best(), head.get()))
          .toList();
    }
    var words = new LinkedHashMap<Scale, String>();
    for (Scale scale : Scale.values()) {
      words.put(scale, prompts.template("sentiment.scale." + lower(scale)));
    }
    return texts.stream().map(text -> scale(text, words, prompts, deadline)).toList();
  }

  private Scale scale(
      String text, SequencedMap<Scale, String> words, PromptTemplates prompts, Deadline deadline) {
    return scorer
        .score(
            text,
            window -> prompts.fill("sentiment.scale", Map.of("text", window)),
            words,
            deadline)
        .best();
  }

  private List<Sentiment> byHead(
      Head head, String before, List<String> texts, Scale scale, Deadline deadline) {
    var results = new ArrayList<Sentiment>();
    for (var labels : heads.classify(head, before, texts, deadline)) {
      var moods = new EnumMap<Mood, Double>(Mood.class);
      for (Mood mood : Mood.values()) moods.put(mood, 0.0);
      labels
          .probabilities()
          .forEach((label, p) -> moods.merge(constant(Mood.class, label, head), p, Double::sum));
      if (labels.tokens() == 0) {
        // Nothing was said.
        moods.replaceAll((mood, _) -> mood == Mood.NEUTRAL ? 1.0 : 0.0);
      }
      var usage = new Usage(labels.tokens(), 0, deadline.elapsed());
      results.add(new Sentiment(best(moods), moods, scale, usage));
    }
    return results;
  }

  static <E extends Enum<E>> E constant(Class<E> type, String label, Head head) {
    try {
      return Enum.valueOf(type, label.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalStateException(
          "head %s of the model has a label '%s', which is no %s. Train it with other labels."
              .formatted(head.name(), label, type.getSimpleName()),
          unknown);
    }
  }

  private Sentiment byPrompt(
      String text,
      Scale scale,
      String template,
      Map<String, String> values,
      PromptTemplates prompts,
      Deadline deadline) {
    var words = new LinkedHashMap<Mood, String>();
    for (Mood mood : Mood.values()) words.put(mood, prompts.template("mood." + lower(mood)));
    var scores =
        scorer.score(
            text,
            window -> {
              var all = new HashMap<>(values);
              all.put("text", window);
              return prompts.fill(template, all);
            },
            words,
            deadline);
    return new Sentiment(scores.best(), scores.probabilities(), scale, scores.usage());
  }

  private static Mood best(Map<Mood, Double> probabilities) {
    Mood best = Mood.NEUTRAL;
    for (Mood mood : Mood.values()) {
      if (probabilities.getOrDefault(mood, 0.0) > probabilities.getOrDefault(best, 0.0)) {
        best = mood;
      }
    }
    return best;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
