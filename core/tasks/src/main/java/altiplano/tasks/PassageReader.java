package altiplano.tasks;

import altiplano.generation.Completion;
import altiplano.generation.Constraint;
import altiplano.generation.GenerationOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Answers questions from a passage, in its own words or not at all.
final class PassageReader {
  private static final int ANSWER_TOKENS = 96;

  private final ModelRunner runner;

  PassageReader(ModelRunner runner) {
    this.runner = runner;
  }

  Answer read(String question, String passage, PromptTemplates prompts, Deadline deadline) {
    String none = prompts.template("answer.none");
    var empty = prompts.fill("answer.passage", Map.of("question", question, "text", ""));
    int answer = Math.min(ANSWER_TOKENS, runner.model().contextLength() / 4);
    var usage = Usage.NONE;
    double surelyMissing = 1;
    var best = new Answer(Optional.empty(), Optional.empty(), 0, List.of(), Usage.NONE);
    for (String window : runner.windows(passage, runner.room(empty, answer))) {
      if (window.isBlank()) continue;
      int[] prompt =
          runner.prompt(
              prompts.fill("answer.passage", Map.of("question", question, "text", window)));
      var options =
          GenerationOptions.GREEDY
              .withMaxTokens(answer)
              .withConstraint(Constraint.partOf(window, List.of(none)));
      Completion completion = runner.complete(prompt, options, deadline);
      usage = usage.plus(Extractor.usage(completion));
      String text = completion.text().strip();
      boolean found = !text.isEmpty() && !none.startsWith(text);
      double[] scores = perToken(prompt, found ? List.of(text, none) : List.of(none), deadline);
      if (!found) {
        surelyMissing = Math.min(surelyMissing, Math.exp(scores[0]));
      } else if (ModelRunner.softmax(scores)[0] > best.confidence()) {
        var span = new SpanFinder(passage).find(text);
        double confidence = ModelRunner.softmax(scores)[0];
        best = new Answer(Optional.of(text), Optional.of(span), confidence, List.of(), usage);
      }
    }
    double confidence = best.text().isPresent() ? best.confidence() : surelyMissing;
    return new Answer(best.text(), best.span(), confidence, List.of(), usage);
  }

  /// Returns the mean log-probability of each answer's tokens, so that length does not count.
  private double[] perToken(int[] prompt, List<String> answers, Deadline deadline) {
    double[] scores = runner.score(prompt, answers, deadline);
    for (int i = 0; i < scores.length; i++) scores[i] /= runner.count(answers.get(i));
    return scores;
  }
}
