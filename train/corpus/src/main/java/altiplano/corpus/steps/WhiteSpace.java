package altiplano.corpus.steps;

/// Spaces and blank lines: one between words, one between paragraphs.
///
/// Indentation by ASCII spaces and tabs stays, and so does all of code, tables and formulas. The
/// ideographic space that indents Chinese paragraphs goes; a pair of them inside a line, which old
/// texts have where a paragraph ends, becomes a line break.
final class WhiteSpace {
  private WhiteSpace() {}

  static RowStep start() {
    return RowStep.onText(WhiteSpace::tidy);
  }

  static String tidy(String text) {
    if (text.indexOf('\u3000') >= 0) text = breakAtIndents(text);
    String lines = TextLines.of(text).map(WhiteSpace::tidyLine);
    var out = new StringBuilder(lines.length());
    int blank = 0;
    for (String line : TextLines.of(lines).lines()) {
      String trimmed = line.stripTrailing();
      if (trimmed.isEmpty()) {
        blank++;
        continue;
      }
      if (!out.isEmpty()) out.append(blank == 0 ? "\n" : "\n\n");
      out.append(trimmed);
      blank = 0;
    }
    return out.toString();
  }

  private static String breakAtIndents(String text) {
    return text.replaceAll("(?<=[。！？”’」』…；：])\u3000{2,}(?=\\S)", "\n")
        .replaceAll("(?m)^[ \t\u3000]*\u3000[ \t\u3000]*", "")
        .replace('\u3000', ' ');
  }

  private static String tidyLine(String line) {
    if (line.indexOf("  ") < 0 && line.indexOf('\t') < 0) return line;
    var out = new StringBuilder(line.length());
    boolean space = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ' ' || c == '\t') {
        space = true;
        continue;
      }
      if (space) out.append(' ');
      space = false;
      out.append(c);
    }
    return out.toString();
  }
}
