package altiplano.corpus.steps;

import altiplano.corpus.steps.Outcome.Kept;
import altiplano.corpus.steps.Outcome.Removed;
import altiplano.corpus.steps.Shape.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/// Gopher's repetition rules (Rae et al. 2021, table A1), for Chinese and English.
///
/// | rule | published | here |
/// |---|--:|---|
/// | lines that repeat an earlier one, share of lines | 0.30 | 0.30; verse and dialogue 0.60; not for code |
/// | the same, share of characters | 0.20 | 0.20; verse and dialogue 0.60; not for code |
/// | most frequent 2-, 3-, 4-gram, share of characters | 0.20, 0.18, 0.16 | the same from 200 units on; below 0.60, since a short text says its subject often |
/// | all repeated 5- to 10-grams, share of characters | 0.15 to 0.10 | the first, from 200 units on: 0.30, documentation 0.60, since handbooks and statutes repeat their terms |
///
/// A Chinese word has about two characters: an n-gram of words is one of 2n characters there.
/// Paragraph rules are those for lines: our lines are paragraphs.
final class GopherRepetition {
  private static final int ENOUGH_UNITS = 200;
  private static final double[] TOP_SHARE = {0.20, 0.18, 0.16};
  private static final double TOP_SHARE_SHORT = 0.60;

  private GopherRepetition() {}

  static RowStep start() {
    return document ->
        broken(document.text()).<Outcome>map(Removed::new).orElseGet(() -> new Kept(document));
  }

  private static Optional<String> broken(String text) {
    Shape shape = Shape.of(text);
    if (shape.kind() != Kind.CODE && shape.lines().size() > 1) {
      boolean refrains = shape.kind() == Kind.VERSE || shape.kind() == Kind.DIALOGUE;
      double lines = repeatedLines(shape.lines());
      if (lines > (refrains ? 0.6 : 0.3)) return rule("repeated lines", lines);
      double characters = repeatedLineCharacters(shape.lines());
      if (characters > (refrains ? 0.6 : 0.2))
        return rule("characters in repeated lines", characters);
    }
    Units units = Units.of(text);
    if (units.count() < 8) return Optional.empty();
    int wordUnits = units.isIdeographic() ? 2 : 1;
    boolean enough = units.count() >= ENOUGH_UNITS;
    for (int n = 2; n <= 4; n++) {
      double share = topShare(units, n * wordUnits);
      double limit =
          !enough
              ? TOP_SHARE_SHORT
              : shape.kind() == Kind.CODE ? 2 * TOP_SHARE[n - 2] : TOP_SHARE[n - 2];
      if (share > limit) return rule("most frequent %d-gram".formatted(n), share);
    }
    double single = topShare(units, 1);
    if (single > (enough ? 0.4 : 0.7)) return rule("most frequent word", single);
    if (enough) {
      double share = repeatedShare(units, 5 * wordUnits);
      boolean terms = shape.kind() != Kind.PROSE;
      if (share > (terms ? 0.6 : 0.3)) return rule("repeated 5-grams", share);
    }
    return Optional.empty();
  }

  private static Optional<String> rule(String name, double share) {
    return Optional.of("%s: %.2f".formatted(name, share));
  }

  private static double repeatedLines(List<String> lines) {
    return 1 - (double) new HashSet<>(lines).size() / lines.size();
  }

  private static double repeatedLineCharacters(List<String> lines) {
    var seen = new HashSet<String>();
    long repeated = 0;
    long all = 0;
    for (String line : lines) {
      all += line.length();
      if (!seen.add(line)) repeated += line.length();
    }
    return (double) repeated / all;
  }

  /// Returns the share of all characters that the most frequent n-gram covers; one that occurs
  /// twice is no repetition yet.
  private static double topShare(Units units, int n) {
    long[] grams = units.grams(n);
    var counts = new GramCounts(grams.length);
    for (long gram : grams) counts.add(gram);
    if (counts.most() < 3) return 0;
    long top = counts.top();
    return coverage(units, n, grams, gram -> gram == top);
  }

  /// Returns the share of all characters that lie in n-grams which occurred before.
  private static double repeatedShare(Units units, int n) {
    long[] grams = units.grams(n);
    var seen = new GramCounts(grams.length);
    return coverage(units, n, grams, gram -> seen.add(gram) > 1);
  }

  private static double coverage(Units units, int n, long[] grams, LongPredicate counts) {
    long all = 0;
    long covered = 0;
    int end = 0;
    for (int i = 0; i < units.count(); i++) {
      if (i < grams.length && counts.test(grams[i])) end = Math.max(end, i + n);
      all += units.lengths()[i];
      if (i < end) covered += units.lengths()[i];
    }
    return all == 0 ? 0 : (double) covered / all;
  }
}
