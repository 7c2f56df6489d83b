package altiplano.corpus.steps;

import altiplano.corpus.Script;
import altiplano.corpus.steps.Outcome.Kept;
import altiplano.corpus.steps.Outcome.Removed;
import altiplano.corpus.steps.Shape.Kind;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Gopher's quality rules (Rae et al. 2021, appendix A.1.1), for Chinese and English.
///
/// | rule | published | here |
/// |---|---|---|
/// | words | 50 to 100,000 | `minimumUnits` to 1,000,000: short news and verse are whole texts |
/// | mean length of words | 3 to 10 | 2 to 12, words of letters only, from 50 of them on; not for code |
/// | `#` and `…` a word | 0.1 | 0.1; `#` that begins a line is a heading; not for code |
/// | lines that begin with a bullet | 0.9 | 0.9 from 10 lines on |
/// | lines that end with an ellipsis | 0.3 | 0.3 from 5 lines on |
/// | words with a letter | 0.8 | 0.6 of all characters but spaces are letters, Chinese ones too; code 0.3 |
/// | stop words | 2 of 8 | 2 of 8, or 2 of the Chinese ones, from 100 units on; not for code and verse |
final class GopherQuality {
  private static final int MOST_UNITS = 1_000_000;
  private static final Set<String> STOP_WORDS =
      Set.of("the", "be", "to", "of", "and", "that", "have", "with");
  private static final String CHINESE_STOP_WORDS = "的是了在和有不这之其而也者以于为与一可用中";
  private static final Pattern BULLET = Pattern.compile("^([-*•●‣▪◦·]|\\d{1,3}[.)、])\\s*\\S");

  private GopherQuality() {}

  static RowStep start(int minimumUnits) {
    return document ->
        broken(document.text(), document.language(), minimumUnits)
            .<Outcome>map(Removed::new)
            .orElseGet(() -> new Kept(document));
  }

  private static Optional<String> broken(String text, String language, int minimumUnits) {
    Units units = Units.of(text);
    if (units.count() < minimumUnits) return rule("words", units.count());
    if (units.count() > MOST_UNITS) return rule("words", units.count());
    Shape shape = Shape.of(text);
    boolean code = shape.kind() == Kind.CODE;
    double letters = letterShare(text);
    if (letters < (code ? 0.3 : 0.6) && !(shape.kind() == Kind.STATUTE && letters >= 0.4))
      return rule("share of letters", letters);
    if (!code) {
      double mean = meanWordLength(units);
      if (mean != 0 && (mean < 2 || mean > 12) && isSpaced(language))
        return rule("mean length of words", mean);
      double symbols = symbols(shape) / (double) units.count();
      if (symbols > 0.1) return rule("symbols a word", symbols);
    }
    if (shape.lines().size() >= 10) {
      double bullets = shape.lineShare(line -> BULLET.matcher(line).find());
      if (bullets > 0.9 && shape.kind() == Kind.PROSE) return rule("lines with a bullet", bullets);
    }
    if (shape.lines().size() >= 5) {
      double ellipses = shape.lineShare(line -> line.endsWith("…") || line.endsWith("..."));
      if (ellipses > 0.3) return rule("lines that end with an ellipsis", ellipses);
    }
    if (units.count() >= 100
        && !code
        && shape.kind() != Kind.VERSE
        && (language.equals("zh") || language.equals("en"))) {
      long stops = stopWords(text, units.isIdeographic());
      if (stops < 2) return rule("stop words", (double) stops);
    }
    return Optional.empty();
  }

  private static boolean isSpaced(String language) {
    return language.equals("en");
  }

  private static Optional<String> rule(String name, double value) {
    return Optional.of(
        "%s: %s"
            .formatted(
                name,
                value == Math.rint(value) ? "%.0f".formatted(value) : "%.2f".formatted(value)));
  }

  private static double letterShare(String text) {
    int letters = 0;
    int all = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c)) continue;
      all++;
      int type = Character.getType(c);
      if (Character.isLetter(c)
          || Character.isSurrogate(c)
          || type == Character.NON_SPACING_MARK
          || type == Character.COMBINING_SPACING_MARK
          || isSentencePunctuation(c)) letters++;
    }
    return all == 0 ? 0 : (double) letters / all;
  }

  /// Punctuation that belongs to sentences counts with the letters: short verse has much of it.
  private static boolean isSentencePunctuation(char c) {
    return "，。、；：？！“”‘’「」『』《》（）．,.;:?!'\"".indexOf(c) >= 0;
  }

  private static double meanWordLength(Units units) {
    int words = 0;
    int letters = 0;
    for (int i = 0; i < units.count(); i++) {
      if (units.lengths()[i] == 1 && Script.isIdeographic(units.hashes()[i])) continue;
      words++;
      letters += units.lengths()[i];
    }
    return words < 50 ? 0 : (double) letters / words;
  }

  private static long symbols(Shape shape) {
    long symbols = 0;
    for (String line : shape.lines()) {
      String body = line.replaceFirst("^#{1,6}\\s", "");
      symbols += body.chars().filter(c -> c == '#').count();
      symbols += (body.length() - body.replace("……", "").length()) / 2;
      symbols += (body.length() - body.replace("...", "").length()) / 3;
    }
    return symbols;
  }

  private static long stopWords(String text, boolean ideographic) {
    if (ideographic) return CHINESE_STOP_WORDS.chars().filter(c -> text.indexOf(c) >= 0).count();
    String lower = text.toLowerCase(Locale.ROOT);
    return STOP_WORDS.stream()
        .filter(word -> Pattern.compile("\\b" + word + "\\b").matcher(lower).find())
        .count();
  }
}
