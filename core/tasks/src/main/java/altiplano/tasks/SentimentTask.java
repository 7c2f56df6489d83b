package altiplano.tasks;

import altiplano.model.Head;
import altiplano.model.TextEncoder;
import altiplano.tasks.Sentiment.Mood;
import altiplano.tasks.Sentiment.Scale;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Judges moods: by a head if the model has one (`sentiment.review`, `sentiment.finance`), else by
/// the probabilities of the words for them.
final class SentimentTask {
  private final ModelRunner runner;
  private final LabelScorer scorer;
  private final TextEncoder encoder;

  SentimentTask(ModelRunner runner, LabelScorer scorer) {
    this.runner = runner;
    this.scorer = scorer;
    encoder = new TextEncoder(runner.model());
  }

  Sentiment judge(String text, Optional<Scale> wanted, PromptTemplates prompts, Deadline deadline) {
    Scale scale = wanted.orElseGet(() -> scale(text, prompts, deadline));
    String name = "sentiment." + lower(scale);
    Optional<Head> head = runner.model().head(name);
    if (head.isPresent()) return byHead(text, scale, head.get(), deadline);
    return byPrompt(text, scale, name, Map.of(), prompts, deadline);
  }

  Sentiment judge(String text, String aspect, PromptTemplates prompts, Deadline deadline) {
    var values = Map.of("aspect", aspect);
    return byPrompt(text, Scale.REVIEW, "sentiment.aspect", values, prompts, deadline);
  }

  private Scale scale(String text, PromptTemplates prompts, Deadline deadline) {
    var words = new LinkedHashMap<Scale, String>();
    for (Scale scale : Scale.values()) {
      words.put(scale, prompts.template("sentiment.scale." + lower(scale)));
    }
    return scorer
        .score(
            text,
            window -> prompts.fill("sentiment.scale", Map.of("text", window)),
            words,
            deadline)
        .best();
  }

  private Sentiment byHead(String text, Scale scale, Head head, Deadline deadline) {
    var sums = new EnumMap<Mood, Double>(Mood.class);
    for (Mood mood : Mood.values()) sums.put(mood, 0.0);
    double weight = 0;
    for (String window : runner.windows(text, runner.model().contextLength() - 1)) {
      deadline.check();
      int[] ids = runner.ids(window);
      if (ids.length == 0) continue;
      float[] probabilities = encoder.classify(head, ids);
      for (int i = 0; i < probabilities.length; i++) {
        Mood mood = Mood.valueOf(head.labels().get(i).toUpperCase(Locale.ROOT));
        sums.merge(mood, (double) probabilities[i] * ids.length, Double::sum);
      }
      weight += ids.length;
    }
    double total = weight;
    if (total == 0) sums.put(Mood.NEUTRAL, 1.0);
    else sums.replaceAll((_, sum) -> sum / total);
    return sentiment(sums, scale, new Usage((int) total, 0, deadline.elapsed()));
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

  private static Sentiment sentiment(Map<Mood, Double> probabilities, Scale scale, Usage usage) {
    Mood best = Mood.NEUTRAL;
    for (Mood mood : Mood.values()) {
      if (probabilities.getOrDefault(mood, 0.0) > probabilities.getOrDefault(best, 0.0))
        best = mood;
    }
    return new Sentiment(best, probabilities, scale, usage);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
