package altiplano.tasks;

import altiplano.model.Head;
import altiplano.model.Head.Kind;
import altiplano.model.TextEncoder;
import java.util.List;

/// Finds the part of a passage that a reading head takes for the answer to a question.
///
/// The head reads the question, a line break, the passage. As a span head it compares the most
/// probable pair of a start and an end with the pair that stands for "not in the passage" (Devlin
/// et al. 2019, section 4.3). As a token-label head it compares the run `B-answer I-answer …` of
/// the highest odds with no label at all.
final class AnswerSpans {
  private static final int LONGEST_ANSWER = 64;
  private static final String BEGIN = "B-answer";
  private static final String GO_ON = "I-answer";
  private static final String EDGES = " \t\r\n\u3000,.;:!?\uff0c\u3002\uff1b\uff1a\uff01\uff1f、";

  private final ModelRunner runner;
  private final TextEncoder encoder;
  private final Head head;
  private final String before;

  AnswerSpans(ModelRunner runner, TextEncoder encoder, Head head, String question) {
    this.runner = runner;
    this.encoder = encoder;
    this.head = head;
    before = question.strip() + "\n";
    if (head.kind() == Kind.TOKEN_LABELS && !head.labels().containsAll(List.of(BEGIN, GO_ON))) {
      throw new IllegalStateException(
          "head %s of the model has labels %s, not %s and %s. Train it with these."
              .formatted(head.name(), head.labels(), BEGIN, GO_ON));
    }
  }

  /// An answer within a window.
  ///
  /// @param probability of this answer against there being none
  /// @param tokens that were read
  record Found(int start, int end, double probability, int tokens) {
    Found moved(int by) {
      return new Found(start + by, end + by, probability, tokens);
    }
  }

  /// Returns how many tokens of passage fit beside the question.
  int room() {
    return runner.model().contextLength() - runner.count(before) - 4;
  }

  Found find(String window) {
    String text = before + window;
    int[] ids = runner.plain(text);
    int[] offsets = TokenOffsets.of(ids, runner.model().tokenizer(), text);
    int first = 0;
    while (first < ids.length && offsets[first] < before.length()) first++;
    Tokens best = head.kind() == Kind.SPAN ? bySides(ids, first) : byLabels(ids, first);
    if (best.from < 0) return new Found(0, 0, 0, ids.length);
    int start = offsets[best.from];
    int end = offsets[best.to + 1];
    while (start < end && EDGES.indexOf(text.charAt(start)) >= 0) start++;
    while (end > start && EDGES.indexOf(text.charAt(end - 1)) >= 0) end--;
    if (start == end) return new Found(0, 0, 0, ids.length);
    double probability = 1 / (1 + Math.exp(-best.logOdds));
    return new Found(start - before.length(), end - before.length(), probability, ids.length);
  }

  /// Tokens `from` to `to`, both included; -1 where there is nothing to choose from.
  private record Tokens(int from, int to, double logOdds) {
    static final Tokens NONE = new Tokens(-1, -1, Double.NEGATIVE_INFINITY);
  }

  private Tokens bySides(int[] ids, int first) {
    float[][] sides = encoder.span(head, ids);
    double nowhere = log(sides[0][0]) + log(sides[1][0]);
    var best = Tokens.NONE;
    for (int from = first; from < ids.length; from++) {
      for (int to = from; to < Math.min(ids.length, from + LONGEST_ANSWER); to++) {
        double odds = log(sides[0][from]) + log(sides[1][to]) - nowhere;
        if (odds > best.logOdds) best = new Tokens(from, to, odds);
      }
    }
    return best;
  }

  private Tokens byLabels(int[] ids, int first) {
    float[][] labels = encoder.label(head, ids);
    int begin = head.labels().indexOf(BEGIN);
    int goOn = head.labels().indexOf(GO_ON);
    int none = head.labels().indexOf("O");
    var best = Tokens.NONE;
    for (int from = first; from < ids.length; from++) {
      double odds = log(labels[from][begin]) - log(labels[from][none]);
      for (int to = from; to < Math.min(ids.length, from + LONGEST_ANSWER); to++) {
        if (to > from) odds += log(labels[to][goOn]) - log(labels[to][none]);
        if (odds > best.logOdds) best = new Tokens(from, to, odds);
      }
    }
    return best;
  }

  private static double log(float probability) {
    return Math.log(Math.max(probability, Float.MIN_NORMAL));
  }
}
