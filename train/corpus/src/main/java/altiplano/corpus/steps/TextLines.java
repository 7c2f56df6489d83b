package altiplano.corpus.steps;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The lines of a text, and which of them are code, formulas or tables, where every character
/// counts.
final class TextLines {
  private static final Pattern FENCE = Pattern.compile("^\\s{0,8}(```|~~~|\\$\\$)");
  private static final Pattern CODE_END = Pattern.compile("[;{}]\\s*$|^\\s*[})\\]]+[;,]?\\s*$");
  private static final Pattern CODE_START =
      Pattern.compile(
          "^\\s*(#include|#define|import |from \\w+ import|package [\\w.]+;|def \\w+\\(|class"
              + " \\w+|public |private |static"
              + " |return\\b.*[;)]|if\\s*\\(|for\\s*\\(|while\\s*\\(|else\\b|elif |func |fn |let"
              + " |var |const |int |void |print|console\\.|//|/\\*|\\$ |>>> |sudo |git |npm |pip"
              + " |@\\w+|<\\w+[^>]*>|</\\w+>|SELECT |INSERT |CREATE )");
  private static final Pattern OPERATOR =
      Pattern.compile(
          "[=!<>+\\-*/%&|]=|->|=>|::|\\+\\+|--|&&|\\|\\||\\w\\(.*\\)|\\w\\[\\w+\\]|\\\\[a-zA-Z]+\\{|=");

  private final List<String> lines;
  private final BitSet verbatim = new BitSet();

  private TextLines(List<String> lines) {
    this.lines = lines;
    String fence = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      var mark = FENCE.matcher(line);
      boolean isMark = mark.lookingAt();
      if (isMark && fence.isEmpty()) {
        verbatim.set(i);
        boolean closedInLine =
            mark.group(1).equals("$$") && line.strip().length() > 2 && line.strip().endsWith("$$");
        if (!closedInLine) fence = mark.group(1);
      } else if (!fence.isEmpty()) {
        verbatim.set(i);
        if (isMark && mark.group(1).equals(fence)) fence = "";
      } else if (isIndented(line) || isTable(line) || looksLikeCode(line)) {
        verbatim.set(i);
      }
    }
  }

  static TextLines of(String text) {
    var lines = new ArrayList<String>();
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      lines.add(text.substring(start, end));
      start = end + 1;
    }
    lines.add(text.substring(start));
    return new TextLines(lines);
  }

  List<String> lines() {
    return lines;
  }

  /// Returns whether a line must stay as it is.
  boolean isVerbatim(int line) {
    return verbatim.get(line);
  }

  /// Returns the share of lines that look like code, blank ones apart.
  static double codeShare(List<String> lines) {
    int code = 0;
    int all = 0;
    boolean fenced = false;
    for (String line : lines) {
      if (line.isBlank()) continue;
      boolean mark = line.stripLeading().startsWith("```");
      if (mark) fenced = !fenced;
      all++;
      if (mark || fenced || looksLikeCode(line)) code++;
    }
    return all == 0 ? 0 : (double) code / all;
  }

  /// Returns the text with every line that is not verbatim changed.
  String map(UnaryOperator<String> change) {
    var out = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      if (i > 0) out.append('\n');
      out.append(verbatim.get(i) ? lines.get(i) : change.apply(lines.get(i)));
    }
    return out.toString();
  }

  private static boolean isIndented(String line) {
    return (line.startsWith("  ") || line.startsWith("\t")) && !line.isBlank();
  }

  private static boolean isTable(String line) {
    int first = line.indexOf('|');
    return first >= 0 && line.indexOf('|', first + 1) > first;
  }

  private static boolean looksLikeCode(String line) {
    if (line.length() > 1_000 || !hasCodeCharacter(line)) return false;
    if (CODE_END.matcher(line).find()) return true;
    return CODE_START.matcher(line).find() && OPERATOR.matcher(line).find();
  }

  private static boolean hasCodeCharacter(String line) {
    for (int i = 0; i < line.length(); i++) {
      switch (line.charAt(i)) {
        case '=', '(', ')', '{', '}', '[', ']', ';', '<', '>', '\\', '|', '&' -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }
}
