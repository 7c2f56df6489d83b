package altiplano.mini.evaluation;

import java.util.HashSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Reading by words: the part between two commas that shares most with the question, without what
/// it shares.
final class WordOverlap {
  private static final Pattern PART = Pattern.compile("[^,，。；;！？!?\\n]+");

  private WordOverlap() {}

  static String answer(String question, String passage) {
    var asked = new HashSet<>(Words.withPairs(question));
    String best = "";
    long most = -1;
    for (String part : PART.matcher(passage).results().map(MatchResult::group).toList()) {
      long shared = Words.withPairs(part).stream().filter(asked::contains).count();
      if (shared > most) {
        most = shared;
        best = part;
      }
    }
    var units = Words.of(question);
    return Words.of(best).stream()
        .filter(unit -> !units.contains(unit))
        .reduce("", (a, b) -> a + b);
  }
}
