package altiplano.mini.data;

import java.util.Map;
import java.util.random.RandomGenerator;

/// How a text is set: the grammars write ASCII punctuation, people write both.
///
/// Every change replaces one UTF-16 unit by one, so spans stay where they are.
final class Surface {
  private static final Map<Character, Character> FULL_WIDTH =
      Map.of(',', '，', ':', '：', ';', '；', '(', '（', ')', '）', '!', '！', '?', '？');

  private Surface() {}

  /// Sets a Chinese text: seven in ten in full-width punctuation, some with spaces or commas alone,
  /// some without the last full stop.
  static Labelled chinese(Labelled made, RandomGenerator random) {
    var text = new StringBuilder(made.text());
    int style = random.nextInt(10);
    for (int i = 0; i < text.length(); i++) {
      char sign = text.charAt(i);
      if (style < 7) {
        boolean inNumber =
            i > 0
                && i + 1 < text.length()
                && isAsciiWord(text.charAt(i - 1))
                && isAsciiWord(text.charAt(i + 1));
        if (!inNumber) text.setCharAt(i, FULL_WIDTH.getOrDefault(sign, sign));
      } else if (style == 7 && sign == '。' && i + 1 < text.length()) {
        text.setCharAt(i, ',');
      } else if (style == 8 && sign == ',') {
        text.setCharAt(i, ' ');
      } else if (style == 9 && sign == '。') {
        text.setCharAt(i, '.');
      }
    }
    int end = text.length();
    int lastSpanEnd = made.spans().stream().mapToInt(Labelled.Span::end).max().orElse(0);
    if (random.nextInt(5) == 0
        && end > 1
        && end - 1 >= lastSpanEnd
        && "。.".indexOf(text.charAt(end - 1)) >= 0) {
      text.setLength(end - 1);
    }
    return new Labelled(text.toString(), made.spans());
  }

  private static boolean isAsciiWord(char sign) {
    return sign < 128 && Character.isLetterOrDigit(sign);
  }
}
