package altiplano.tasks;

import altiplano.model.Head;
import altiplano.model.TextEncoder;
import altiplano.tasks.Span.Alignment;
import altiplano.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Reads a head's labels of tokens as spans of the text.
///
/// Labels are `O`, `B-NAME` for the first token of a value and `I-NAME` for those that go on; a
/// name that ends in `!` is a finding that the text denies.
final class TokenLabels {
  private TokenLabels() {}

  /// Returns the spans of each name that occurs, in the order of the text.
  static Map<String, List<Span>> spans(
      TextEncoder encoder, Head head, Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    var found = new LinkedHashMap<String, List<Span>>();
    if (ids.length == 0) return found;
    int[] offsets = offsets(ids, tokenizer, text);
    float[][] probabilities = encoder.label(head, ids);
    String open = "";
    int start = 0;
    for (int i = 0; i <= ids.length; i++) {
      String label = i < ids.length ? head.labels().get(best(probabilities[i])) : "O";
      if (!open.isEmpty() && label.equals("I-" + open)) continue;
      if (!open.isEmpty()) add(found, open, text, start, offsets[i]);
      open = label.equals("O") ? "" : label.substring(2);
      start = offsets[i];
    }
    return found;
  }

  private static void add(
      Map<String, List<Span>> found, String label, String text, int start, int end) {
    boolean negated = label.endsWith("!");
    String name = negated ? label.substring(0, label.length() - 1) : label;
    String value = text.substring(start, end).strip();
    if (value.isEmpty()) return;
    int first = text.indexOf(value, start);
    found
        .computeIfAbsent(name, _ -> new ArrayList<>())
        .add(
            new Span(
                value,
                OptionalInt.of(first),
                OptionalInt.of(first + value.length()),
                Alignment.EXACT,
                negated));
  }

  private static int best(float[] probabilities) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      if (probabilities[i] > probabilities[best]) best = i;
    }
    return best;
  }

  /// Returns where each token starts in UTF-16 units, and where the text ends; a token that starts
  /// inside a character counts from the character's end.
  private static int[] offsets(int[] ids, Tokenizer tokenizer, String text) {
    int[] offsets = new int[ids.length + 1];
    int bytes = 0;
    int at = 0;
    int bytesAt = 0;
    for (int i = 0; i < ids.length; i++) {
      while (bytesAt < bytes && at < text.length()) {
        int c = text.codePointAt(at);
        bytesAt += Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
        at += Character.charCount(c);
      }
      offsets[i] = at;
      bytes += tokenizer.bytes(ids[i]).length;
    }
    offsets[ids.length] = text.length();
    return offsets;
  }
}
