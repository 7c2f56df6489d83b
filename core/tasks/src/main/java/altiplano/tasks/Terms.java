package altiplano.tasks;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// The words of a text and how often each occurs: of Chinese its pairs of characters, as it is
/// written without spaces.
final class Terms {
  private static final Pattern TERM = Pattern.compile("\\p{IsHan}+|[\\p{L}\\p{N}&&[^\\p{IsHan}]]+");

  private Terms() {}

  static Map<String, Integer> of(String text) {
    var terms = new LinkedHashMap<String, Integer>();
    TERM.matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .forEach(match -> {
          String run = match.group();
          boolean chinese = Language.of(run) == Language.CHINESE && run.length() > 1;
          if (!chinese) terms.merge(run, 1, Integer::sum);
          for (int i = 0; chinese && i + 1 < run.length(); i++) {
            terms.merge(run.substring(i, i + 2), 1, Integer::sum);
          }
        });
    return terms;
  }
}
