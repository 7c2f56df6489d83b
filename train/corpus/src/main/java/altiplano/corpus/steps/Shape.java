package altiplano.corpus.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What the layout of a text says about its kind.
///
/// The published quality rules were made for English web pages. They take code, verse, statutes and
/// dialogue for rubbish, because their lines are short, repeat or lack full stops; so each rule
/// asks here first.
///
/// @param lines trimmed, without blank ones, code, tables and formulas
record Shape(Kind kind, List<String> lines) {
  /// The rules look at the same text one after the other.
  private static final ThreadLocal<Seen> LAST =
      ThreadLocal.withInitial(() -> new Seen("", new Shape(Kind.PROSE, List.of())));

  private record Seen(String text, Shape shape) {}

  private static final Pattern NUMBERED =
      Pattern.compile(
          "^(#+\\s*)?(第[〇零一二三四五六七八九十百千0-9]+[条款章节编项]|[（(][一二三四五六七八九十0-9]+[)）]|[一二三四五六七八九十]+、|\\d+(\\.\\d+)*[.、)）]\\s?|Article\\s+\\d+|Section\\s+\\d+|§\\s*\\d+)");
  private static final Pattern SPEAKER =
      Pattern.compile(
          "^([“\"「『—‘]|-\\s|[\\p{L}·．. ]{1,16}[:：]\\s?\\S|[（(【\\[][\\p{L} ]{1,12}[)）】\\]][:：]?)");
  private static final String CHINESE_FUNCTION = "的了是在不我你他她它们这那有和与就也都还而之其以于者矣兮如何一上下中来去无为";
  private static final Pattern ENGLISH_FUNCTION =
      Pattern.compile(
          "\\b(the|and|of|to|in|a|my|thy|is|was|with|for|that|it|but|on|as|not|i|you|he|she|they|we|his|her|all|or|at|from|so|be)\\b",
          Pattern.CASE_INSENSITIVE);

  /// Kinds of text that the rules tell apart.
  enum Kind {
    PROSE,
    CODE,
    VERSE,
    /// Numbered articles or clauses.
    STATUTE,
    DIALOGUE
  }

  static Shape of(String text) {
    Seen last = LAST.get();
    if (last.text.equals(text)) return last.shape;
    Shape shape = look(text);
    LAST.set(new Seen(text, shape));
    return shape;
  }

  private static Shape look(String text) {
    TextLines lines = TextLines.of(text);
    var all = new ArrayList<String>();
    var prose = new ArrayList<String>();
    for (int i = 0; i < lines.lines().size(); i++) {
      String line = lines.lines().get(i).strip();
      if (line.isEmpty()) continue;
      all.add(line);
      if (!lines.isVerbatim(i)) prose.add(line);
    }
    return new Shape(kind(lines, all), List.copyOf(prose));
  }

  private static Kind kind(TextLines text, List<String> lines) {
    if (TextLines.codeShare(text.lines()) >= 0.4) return Kind.CODE;
    if (lines.size() >= 3 && share(lines, NUMBERED) >= 0.3) return Kind.STATUTE;
    if (lines.size() >= 2 && share(lines, SPEAKER) >= 0.5) return Kind.DIALOGUE;
    return isVerse(lines) ? Kind.VERSE : Kind.PROSE;
  }

  private static double share(List<String> lines, Pattern start) {
    long matching = lines.stream().filter(line -> start.matcher(line).find()).count();
    return lines.isEmpty() ? 0 : (double) matching / lines.size();
  }

  /// Short lines of similar length that hold the small words of sentences; a menu has short lines
  /// too, but only nouns.
  private static boolean isVerse(List<String> lines) {
    if (lines.size() < 2) return false;
    long tooLong = lines.stream().filter(line -> line.length() > 90).count();
    if (tooLong * 10 > lines.size()) return false;
    int units = 0;
    int longLines = 0;
    int function = 0;
    for (String line : lines) {
      Units words = Units.of(line);
      units += words.count();
      if (words.count() > (words.isIdeographic() ? 24 : 14)) longLines++;
      function +=
          words.isIdeographic()
              ? (int) line.chars().filter(c -> CHINESE_FUNCTION.indexOf(c) >= 0).count()
              : (int) ENGLISH_FUNCTION.matcher(line).results().count();
    }
    double average = (double) units / lines.size();
    return longLines * 10 <= lines.size() && average >= 3.5 && function >= Math.max(2, units / 25);
  }

  /// Returns the share of lines for which a test holds.
  double lineShare(Predicate<String> test) {
    return lines.isEmpty() ? 0 : (double) lines.stream().filter(test).count() / lines.size();
  }
}
