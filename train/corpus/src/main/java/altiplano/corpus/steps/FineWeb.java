package altiplano.corpus.steps;

import altiplano.corpus.steps.Outcome.Kept;
import altiplano.corpus.steps.Outcome.Removed;
import altiplano.corpus.steps.Shape.Kind;
import java.util.HashSet;
import java.util.Optional;

/// FineWeb's own rules (Penedo et al. 2024, section 3.6), for Chinese and English.
///
/// | rule | published | here |
/// |---|--:|---|
/// | lines that end with punctuation | at least 0.12 | the same, for prose of 5 lines or more |
/// | characters in repeated lines | at most 0.10 | the same, for prose of 5 lines or more |
/// | lines shorter than 30 characters | at most 0.67 | together with too few ends; shorter than 12 in Chinese |
///
/// The published rules would remove code, verse, statutes and dialogue: they are asked only of
/// prose. Headings, list items and tables do not count as lines.
final class FineWeb {
  private static final int ENOUGH_LINES = 5;

  private FineWeb() {}

  static RowStep start() {
    return document ->
        broken(document.text()).<Outcome>map(Removed::new).orElseGet(() -> new Kept(document));
  }

  private static Optional<String> broken(String text) {
    Shape shape = Shape.of(text);
    if (shape.kind() != Kind.PROSE || shape.lines().size() < ENOUGH_LINES) return Optional.empty();
    double ended = shape.lineShare(FineWeb::isEnded);
    double shortLines = shape.lineShare(FineWeb::isShort);
    if (ended < 0.12 && shortLines > 0.67) return rule("lines that end with punctuation", ended);
    var seen = new HashSet<String>();
    long repeated = 0;
    long all = 0;
    for (String line : shape.lines()) {
      all += line.length();
      if (!seen.add(line)) repeated += line.length();
    }
    double share = (double) repeated / all;
    return share > 0.10 ? rule("characters in repeated lines", share) : Optional.empty();
  }

  private static Optional<String> rule(String name, double share) {
    return Optional.of("%s: %.2f".formatted(name, share));
  }

  private static boolean isEnded(String line) {
    return ".!?\"'。．！？”’」』…；;：:）)，,、`$|>".indexOf(line.charAt(line.length() - 1)) >= 0
        || line.startsWith("#");
  }

  private static boolean isShort(String line) {
    return line.length() < (Units.of(line).isIdeographic() ? 12 : 30);
  }
}
