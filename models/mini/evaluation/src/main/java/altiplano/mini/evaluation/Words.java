package altiplano.mini.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Units that measures and baselines count: Chinese by sign, other scripts by word.
final class Words {
  private static final Pattern UNIT = Pattern.compile("\\p{IsHan}|[\\p{L}\\p{N}&&[^\\p{IsHan}]]+");

  private Words() {}

  static List<String> of(String text) {
    return UNIT.matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .map(java.util.regex.MatchResult::group)
        .toList();
  }

  /// Returns units and pairs of neighbours, what word counts are made of.
  static List<String> withPairs(String text) {
    var units = of(text);
    var all = new ArrayList<>(units);
    for (int i = 0; i + 1 < units.size(); i++) {
      all.add(units.get(i) + " " + units.get(i + 1));
    }
    return all;
  }
}
