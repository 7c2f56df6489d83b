package altiplano.tasks;

import altiplano.model.Head;
import altiplano.model.TextEncoder;
import altiplano.tasks.Span.Alignment;
import altiplano.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Reads a head's labels of tokens as spans of the text.
///
/// Labels are `O`, `B-NAME` for the first token of a value and `I-NAME` for those that go on; a
/// name that ends in `!` is a finding that the text denies. Taken is the most probable sequence of
/// labels in which an `I-NAME` only follows its like (Viterbi 1967).
final class TokenLabels {
  /// What tokens can carry along at the edge of a value: a tokenizer joins punctuation to words.
  private static final String EDGES = " \t\r\n\u3000,.;:!?\uff0c\u3002\uff1b\uff1a\uff01\uff1f、";

  private TokenLabels() {}

  /// Returns the spans of each name that occurs, in the order of the text.
  static Map<String, List<Span>> spans(
      TextEncoder encoder, Head head, Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    var found = new LinkedHashMap<String, List<Span>>();
    if (ids.length == 0) return found;
    int[] offsets = TokenOffsets.of(ids, tokenizer, text);
    int[] path = bestPath(encoder.label(head, ids), head.labels());
    String open = "";
    int start = 0;
    for (int i = 0; i <= ids.length; i++) {
      String label = i < ids.length ? head.labels().get(path[i]) : "O";
      if (!open.isEmpty() && label.equals("I-" + open)) continue;
      if (!open.isEmpty()) add(found, open, text, start, offsets[i]);
      open = label.equals("O") ? "" : label.substring(2);
      start = offsets[i];
    }
    return found;
  }

  /// Returns the most probable sequence of labels that is one of BIO.
  ///
  /// @param probabilities `[tokens][labels]`
  static int[] bestPath(float[][] probabilities, List<String> labels) {
    int count = labels.size();
    boolean[][] follows = new boolean[count][count];
    boolean[] begins = new boolean[count];
    for (int to = 0; to < count; to++) {
      String label = labels.get(to);
      begins[to] = !label.startsWith("I-");
      for (int from = 0; from < count; from++) {
        String before = labels.get(from);
        follows[from][to] =
            begins[to] || (!before.equals("O") && before.substring(1).equals(label.substring(1)));
      }
    }
    double[] score = new double[count];
    int[][] cameFrom = new int[probabilities.length][count];
    for (int i = 0; i < probabilities.length; i++) {
      double[] next = new double[count];
      for (int to = 0; to < count; to++) {
        double best = i == 0 && begins[to] ? 0 : Double.NEGATIVE_INFINITY;
        for (int from = 0; i > 0 && from < count; from++) {
          if (!follows[from][to] || score[from] <= best) continue;
          best = score[from];
          cameFrom[i][to] = from;
        }
        next[to] = best + Math.log(Math.max(probabilities[i][to], Float.MIN_NORMAL));
      }
      score = next;
    }
    int[] path = new int[probabilities.length];
    int last = 0;
    for (int label = 1; label < count; label++) if (score[label] > score[last]) last = label;
    for (int i = path.length - 1; i >= 0; i--) {
      path[i] = last;
      last = cameFrom[i][last];
    }
    return path;
  }

  private static void add(
      Map<String, List<Span>> found, String label, String text, int start, int end) {
    int first = start;
    int last = end;
    while (first < last && EDGES.indexOf(text.charAt(first)) >= 0) first++;
    while (last > first && EDGES.indexOf(text.charAt(last - 1)) >= 0) last--;
    if (first == last) return;
    boolean negated = label.endsWith("!");
    String name = negated ? label.substring(0, label.length() - 1) : label;
    found
        .computeIfAbsent(name, _ -> new ArrayList<>())
        .add(
            new Span(
                text.substring(first, last),
                OptionalInt.of(first),
                OptionalInt.of(last),
                Alignment.EXACT,
                negated));
  }
}
