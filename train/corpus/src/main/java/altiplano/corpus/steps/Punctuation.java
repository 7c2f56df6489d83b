package altiplano.corpus.steps;

/// Cuts runs of one punctuation mark: `！！！！！！` to three, `。。。。` to `……`, `，，，，` to one.
///
/// Code, tables and formulas stay, and so do runs that mean something: rules of `-`, `=`, `*`, `_`,
/// `#`.
final class Punctuation {
  private static final int LONGEST = 3;

  private Punctuation() {}

  static RowStep start() {
    return RowStep.onText(text -> TextLines.of(text).map(Punctuation::shorten));
  }

  static String shorten(String line) {
    if (!hasRun(line)) return line;
    var out = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); ) {
      char c = line.charAt(i);
      int end = i + 1;
      while (end < line.length() && line.charAt(end) == c) end++;
      int run = end - i;
      switch (c) {
        case '！', '？', '!', '?', '~', '～', '.' -> append(out, c, Math.min(run, LONGEST));
        case '。', '·' -> out.append(run > 2 ? "……" : line.substring(i, end));
        case '，', '、', '；', '：' -> append(out, c, run > 2 ? 1 : run);
        case '…' -> append(out, c, Math.min(run, 2));
        case ',', ';' -> append(out, c, run > 3 ? 1 : run);
        default -> out.append(line, i, end);
      }
      i = end;
    }
    return out.toString();
  }

  private static boolean hasRun(String line) {
    for (int i = 2; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == line.charAt(i - 1) && c == line.charAt(i - 2) && !Character.isLetterOrDigit(c))
        return true;
    }
    return false;
  }

  private static void append(StringBuilder out, char c, int times) {
    for (int i = 0; i < times; i++) out.append(c);
  }
}
