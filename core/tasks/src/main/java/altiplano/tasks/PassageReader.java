package altiplano.tasks;

import altiplano.generation.Completion;
import altiplano.generation.Constraint;
import altiplano.generation.GenerationOptions;
import altiplano.model.Head;
import altiplano.model.Head.Kind;
import altiplano.tasks.Span.Alignment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Answers questions from a passage, in its own words or not at all: by the head `reading` if the
/// model has one, else by writing under a constraint.
final class PassageReader {
  private static final int ANSWER_TOKENS = 96;

  private final ModelRunner runner;
  private final HeadReader heads;

  PassageReader(ModelRunner runner, HeadReader heads) {
    this.runner = runner;
    this.heads = heads;
  }

  Answer read(String question, String passage, PromptTemplates prompts, Deadline deadline) {
    Optional<Head> head = heads.find("reading", Kind.SPAN, Kind.TOKEN_LABELS);
    return head.isPresent()
        ? byHead(head.get(), question, passage, deadline)
        : byPrompt(question, passage, prompts, deadline);
  }

  private Answer byHead(Head head, String question, String passage, Deadline deadline) {
    var spans = new AnswerSpans(runner, heads.encoder(), head, question);
    var best = Optional.<AnswerSpans.Found>empty();
    double surelyMissing = 1;
    int read = 0;
    int at = 0;
    for (String window : runner.windows(passage, spans.room())) {
      deadline.check();
      if (!window.isBlank()) {
        var found = spans.find(window);
        read += found.tokens();
        if (found.probability() < 0.5) {
          surelyMissing = Math.min(surelyMissing, 1 - found.probability());
        } else if (best.isEmpty() || found.probability() > best.get().probability()) {
          best = Optional.of(found.moved(at));
        }
      }
      at += window.length();
    }
    var usage = new Usage(read, 0, deadline.elapsed());
    if (best.isEmpty()) {
      return new Answer(Optional.empty(), Optional.empty(), surelyMissing, List.of(), usage);
    }
    int start = best.get().start();
    int end = best.get().end();
    String text = passage.substring(start, end);
    var span = new Span(text, OptionalInt.of(start), OptionalInt.of(end), Alignment.EXACT, false);
    return new Answer(
        Optional.of(text), Optional.of(span), best.get().probability(), List.of(), usage);
  }

  private Answer byPrompt(
      String question, String passage, PromptTemplates prompts, Deadline deadline) {
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
