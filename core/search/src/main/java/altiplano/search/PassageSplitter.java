package altiplano.search;

import altiplano.tasks.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts documents into passages: paragraphs, short ones together, long ones between sentences.
final class PassageSplitter {
  /// A passage that is shorter takes the next paragraph too: a heading with what it is about.
  private static final int SHORT = 80;

  /// The longest passage, in UTF-16 units; a single sentence may be cut at it.
  private static final int LONG = 600;

  private static final Pattern PARAGRAPH =
      Pattern.compile("[^\\n]*\\S[^\\n]*(?:\\n(?!\\s*\\n)[^\\n]*\\S[^\\n]*)*");
  private static final Pattern SENTENCE =
      Pattern.compile(
          "[^。\uff01\uff1f\uff1b\\n]+[。\uff01\uff1f\uff1b\\n]*|[。\uff01\uff1f\uff1b\\n]+");

  private PassageSplitter() {}

  static List<Passage> split(Document document) {
    var passages = new ArrayList<Passage>();
    int start = -1;
    int end = -1;
    for (Matcher paragraph = PARAGRAPH.matcher(document.text()); paragraph.find(); ) {
      boolean joins = start >= 0 && end - start < SHORT && paragraph.end() - start <= LONG;
      if (!joins) {
        if (start >= 0) add(passages, document, start, end);
        start = paragraph.start();
      }
      end = paragraph.end();
    }
    if (start >= 0) add(passages, document, start, end);
    return passages;
  }

  private static void add(List<Passage> passages, Document document, int start, int end) {
    String text = document.text();
    int from = start;
    int to = start;
    for (Matcher sentence = SENTENCE.matcher(text).region(start, end); sentence.find(); ) {
      if (sentence.end() - from > LONG && to > from) {
        passage(passages, document, from, to);
        from = to;
      }
      to = sentence.end();
      while (to - from > LONG) {
        int cut = from + LONG;
        if (Character.isLowSurrogate(text.charAt(cut))) cut--;
        passage(passages, document, from, cut);
        from = cut;
      }
    }
    passage(passages, document, from, end);
  }

  private static void passage(List<Passage> passages, Document document, int start, int end) {
    int from = start;
    int to = end;
    while (from < to && Character.isWhitespace(document.text().charAt(from))) from++;
    while (to > from && Character.isWhitespace(document.text().charAt(to - 1))) to--;
    if (from == to) return;
    passages.add(new Passage(document.name(), from, to, document.text().substring(from, to), 0));
  }
}
