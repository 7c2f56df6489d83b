package altiplano.tasks;

import altiplano.tasks.Span.Alignment;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// Finds values in their source; a value that is asked for again is the next mention.
final class SpanFinder {
  /// What denies a finding, in the same clause before it.
  private static final Pattern NEGATION =
      Pattern.compile(
          "(否认|未见|未诉|无|没有|排除|\\bno\\b|\\bdenies\\b|\\bwithout\\b|\\bnot\\b)[^,\uff0c。;\uff1b.:\uff1a!\uff01?\uff1f]*$",
          Pattern.CASE_INSENSITIVE);

  private final String source;
  private final Folded folded;
  private final Map<String, Integer> searchedTo = new HashMap<>();

  SpanFinder(String source) {
    this.source = source;
    folded = Folded.of(source);
  }

  Span find(String value) {
    int from = searchedTo.getOrDefault(value, 0);
    int exact = value.isEmpty() ? -1 : source.indexOf(value, from);
    if (exact >= 0) return found(value, exact, exact + value.length(), Alignment.EXACT);
    String plain = Folded.of(value).text;
    int at = plain.isEmpty() ? -1 : folded.text.indexOf(plain, folded.indexOf(from));
    if (at < 0) {
      return new Span(value, OptionalInt.empty(), OptionalInt.empty(), Alignment.NOT_FOUND, false);
    }
    int last = at + plain.length() - 1;
    return found(value, folded.starts.get(at), folded.ends.get(last), Alignment.ALIGNED);
  }

  private Span found(String value, int start, int end, Alignment alignment) {
    searchedTo.put(value, end);
    return new Span(value, OptionalInt.of(start), OptionalInt.of(end), alignment, isNegated(start));
  }

  private boolean isNegated(int start) {
    return NEGATION.matcher(source.substring(Math.max(0, start - 40), start)).find();
  }

  /// A text without what writers vary: width, case, white space; and where each character was.
  private record Folded(String text, List<Integer> starts, List<Integer> ends) {
    static Folded of(String source) {
      var text = new StringBuilder();
      var starts = new ArrayList<Integer>();
      var ends = new ArrayList<Integer>();
      for (int at = 0; at < source.length(); ) {
        int c = source.codePointAt(at);
        int next = at + Character.charCount(c);
        String plain =
            Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .strip();
        for (int i = 0; i < plain.length(); i++) {
          text.append(plain.charAt(i));
          starts.add(at);
          ends.add(next);
        }
        at = next;
      }
      return new Folded(text.toString(), starts, ends);
    }

    /// Returns the index of the first character that begins at `offset` of the source or later.
    int indexOf(int offset) {
      int index = 0;
      while (index < starts.size() && starts.get(index) < offset) index++;
      return index;
    }
  }
}
