package altiplano.generation.constraint;

import static altiplano.generation.constraint.Expression.sequence;

import altiplano.generation.ConstraintException;
import altiplano.generation.constraint.Expression.Assertion;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Repeat;
import altiplano.generation.constraint.Expression.Sequence;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads regular expressions in RE2's syntax (github.com/google/re2/wiki/Syntax), and those of
/// ECMA-262 that JSON schemas hold, as far as they are regular.
///
/// What is greedy and which group captures makes no difference to a whole match and is ignored.
public final class RegexParser {
  static final CodePoints DIGIT = CodePoints.range('0', '9');
  static final CodePoints WORD =
      DIGIT.or(CodePoints.range('a', 'z')).or(CodePoints.range('A', 'Z')).or(CodePoints.of('_'));
  private static final CodePoints SPACE = CodePoints.of("\t\n\f\r ");
  private static final CodePoints ECMA_SPACE =
      SPACE
          .or(CodePoints.of("\u000b\ufeff\u2028\u2029"))
          .or(UnicodeClasses.named("Zs").orElseThrow());
  private static final CodePoints ECMA_LINE_ENDS = CodePoints.of("\n\r\u2028\u2029");

  /// RE2's own limit.
  private static final int MOST_REPEATS = 1000;

  private static final int MOST_DEPTH = 1000;

  private static final Map<String, CodePoints> POSIX =
      Map.ofEntries(
          Map.entry("alnum", CodePoints.range('0', '9').or(letters())),
          Map.entry("alpha", letters()),
          Map.entry("ascii", CodePoints.range(0, 0x7f)),
          Map.entry("blank", CodePoints.of("\t ")),
          Map.entry("cntrl", CodePoints.range(0, 0x1f).or(CodePoints.of(0x7f))),
          Map.entry("digit", DIGIT),
          Map.entry("graph", CodePoints.range('!', '~')),
          Map.entry("lower", CodePoints.range('a', 'z')),
          Map.entry("print", CodePoints.range(' ', '~')),
          Map.entry(
              "punct", CodePoints.range('!', '~').minus(letters().or(CodePoints.range('0', '9')))),
          Map.entry("space", CodePoints.of("\t\n\u000b\f\r ")),
          Map.entry("upper", CodePoints.range('A', 'Z')),
          Map.entry("word", WORD),
          Map.entry("xdigit", DIGIT.or(CodePoints.range('a', 'f')).or(CodePoints.range('A', 'F'))));

  private enum Dialect {
    RE2,
    ECMA
  }

  private final String pattern;
  private final Dialect dialect;
  private int at;
  private int depth;
  private boolean ignoreCase;
  private boolean multiLine;
  private boolean dotAll;

  private RegexParser(String pattern, Dialect dialect) {
    this.pattern = pattern;
    this.dialect = dialect;
  }

  private static CodePoints letters() {
    return CodePoints.range('a', 'z').or(CodePoints.range('A', 'Z'));
  }

  /// Returns the grammar of the texts that `pattern` matches as a whole.
  ///
  /// @throws ConstraintException if it is not RE2's syntax
  public static Grammar re2(String pattern) {
    return Grammar.of(expression(pattern));
  }

  /// As [#re2], as an expression.
  static Expression expression(String pattern) {
    return new RegexParser(pattern, Dialect.RE2).whole();
  }

  /// Returns the texts in which `pattern` of ECMA-262 is found somewhere.
  static Expression ecma(String pattern) {
    var anything = new Characters(CodePoints.ALL).anyTimes();
    return sequence(anything, new RegexParser(pattern, Dialect.ECMA).whole(), anything);
  }

  private Expression whole() {
    Expression expression = alternatives();
    if (at < pattern.length()) throw broken(at, "a ')' without '('");
    return expression;
  }

  private Expression alternatives() {
    if (++depth > MOST_DEPTH) throw broken(at, "groups nested deeper than " + MOST_DEPTH);
    var options = new ArrayList<Expression>();
    do {
      options.add(concatenation());
    } while (take('|'));
    depth--;
    return options.size() == 1 ? options.getFirst() : new Choice(options);
  }

  private Expression concatenation() {
    var parts = new ArrayList<Expression>();
    while (at < pattern.length() && peek() != '|' && peek() != ')') {
      if (takeText("\\Q")) {
        int end = pattern.indexOf("\\E", at);
        String literal = pattern.substring(at, end < 0 ? pattern.length() : end);
        at = end < 0 ? pattern.length() : end + 2;
        literal.codePoints().forEach(c -> parts.add(character(c)));
        if (!literal.isEmpty()) parts.add(repeated(parts.removeLast()));
        continue;
      }
      parts.add(repeated(atom()));
    }
    return new Sequence(parts);
  }

  private Expression repeated(Expression atom) {
    int before = at;
    Expression result = atom;
    if (take('*')) {
      result = atom.anyTimes();
    } else if (take('+')) {
      result = atom.onceOrMore();
    } else if (take('?')) {
      result = atom.optional();
    } else if (peekIs('{')) {
      result = counted(atom);
    }
    if (at == before) return result;
    take('?');
    if (at < pattern.length() && (peekIs('*') || peekIs('+') || peekIs('?'))) {
      throw broken(
          before, "a repetition of a repetition: '" + pattern.substring(before, at + 1) + "'");
    }
    return result;
  }

  /// Reads `{n}`, `{n,}` or `{n,m}`; anything else after `{` is text.
  private Expression counted(Expression atom) {
    int close = pattern.indexOf('}', at);
    if (close < 0) return atom;
    String inside = pattern.substring(at + 1, close);
    if (!inside.matches("[0-9]+(,[0-9]*)?")) return atom;
    String[] bounds = inside.split(",", -1);
    int min = count(bounds[0]);
    int max = min;
    if (bounds.length == 2) max = bounds[1].isEmpty() ? Repeat.UNBOUNDED : count(bounds[1]);
    if (max < min) throw broken(at, "a repetition whose bounds are the wrong way round");
    at = close + 1;
    return atom.times(min, max);
  }

  private int count(String digits) {
    int count = digits.length() > 6 ? Integer.MAX_VALUE - 1 : Integer.parseInt(digits);
    if (dialect == Dialect.RE2 && count > MOST_REPEATS)
      throw broken(at, "a repetition of more than " + MOST_REPEATS);
    return count;
  }

  private Expression atom() {
    int start = at;
    int c = next();
    return switch (c) {
      case '(' -> group(start);
      case '[' -> folded(characterClass(start));
      case '.' -> new Characters(dotAll ? CodePoints.ALL : lineEnds().not());
      case '^' -> multiLine ? Assertion.LINE_START : Assertion.TEXT_START;
      case '$' -> multiLine ? Assertion.LINE_END : Assertion.TEXT_END;
      case '*', '+', '?' -> throw broken(start, "nothing before the repetition '" + (char) c + "'");
      case '\\' -> {
        var assertion = assertion();
        yield assertion != null ? assertion : folded(escape(start));
      }
      default -> character(c);
    };
  }

  private CodePoints lineEnds() {
    return dialect == Dialect.ECMA ? ECMA_LINE_ENDS : CodePoints.of('\n');
  }

  private Expression character(int codePoint) {
    return folded(CodePoints.of(codePoint));
  }

  private Expression folded(CodePoints set) {
    return new Characters(ignoreCase ? UnicodeClasses.folded(set) : set);
  }

  private Expression group(int start) {
    boolean ignoreCaseBefore = ignoreCase;
    boolean multiLineBefore = multiLine;
    boolean dotAllBefore = dotAll;
    if (takeText("?")) {
      if (takeText("=") || takeText("!")) throw unsupported(start, "a look-ahead");
      if (takeText("<=") || takeText("<!")) throw unsupported(start, "a look-behind");
      if (takeText(">")) throw unsupported(start, "an atomic group");
      if (takeText("P<") || takeText("<")) {
        int end = pattern.indexOf('>', at);
        if (end < 0 || !pattern.substring(at, end).matches("\\w+")) {
          throw broken(start, "a group without a proper name");
        }
        at = end + 1;
      } else if (flags(start)) {
        return Expression.empty();
      }
    }
    Expression inside = alternatives();
    if (!take(')')) throw broken(start, "a '(' without ')'");
    ignoreCase = ignoreCaseBefore;
    multiLine = multiLineBefore;
    dotAll = dotAllBefore;
    return inside;
  }

  /// Reads `flags)` or `flags:` after `(?`; returns whether the group ended, so that the flags hold
  /// for what follows in the group around it.
  private boolean flags(int start) {
    boolean on = true;
    while (at < pattern.length()) {
      int flag = next();
      switch (flag) {
        case 'i' -> ignoreCase = on;
        case 'm' -> multiLine = on;
        case 's' -> dotAll = on;
        case 'U' -> {} // which repetitions are greedy: all the same to a whole match
        case '-' -> on = false;
        case ':' -> {
          return false;
        }
        case ')' -> {
          return true;
        }
        default -> throw unsupported(start, "the group '(?" + Character.toString(flag) + "'");
      }
    }
    throw broken(start, "a '(' without ')'");
  }

  private @Nullable Assertion assertion() {
    if (takeText("b")) return Assertion.WORD_BOUNDARY;
    if (takeText("B")) return Assertion.NO_WORD_BOUNDARY;
    if (dialect == Dialect.RE2 && takeText("A")) return Assertion.TEXT_START;
    if (dialect == Dialect.RE2 && takeText("z")) return Assertion.TEXT_END;
    return null;
  }

  private CodePoints characterClass(int start) {
    boolean negated = take('^');
    var sets = new ArrayList<CodePoints>();
    boolean first = dialect == Dialect.RE2;
    while (first || !peekIs(']')) {
      first = false;
      if (at >= pattern.length()) throw broken(start, "a '[' without ']'");
      if (peekIs('[') && pattern.startsWith("[:", at)) {
        sets.add(posixClass());
        continue;
      }
      int from = at;
      CodePoints low = classCharacter(from);
      boolean range = peekIs('-') && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']';
      if (!range) {
        sets.add(low);
        continue;
      }
      at++;
      CodePoints high = classCharacter(at);
      int lowest = single(low, from);
      int highest = single(high, from);
      if (highest < lowest) throw broken(from, "a range whose ends are the wrong way round");
      sets.add(CodePoints.range(lowest, highest));
    }
    at++;
    CodePoints set = CodePoints.union(sets);
    if (!negated) return set;
    return (ignoreCase ? UnicodeClasses.folded(set) : set).not();
  }

  private CodePoints classCharacter(int start) {
    if (at >= pattern.length()) throw broken(start, "a '[' without ']'");
    int c = next();
    if (c != '\\') return CodePoints.of(c);
    if (dialect == Dialect.ECMA && takeText("b")) return CodePoints.of('\b');
    return escape(start);
  }

  private int single(CodePoints set, int start) {
    boolean one = set.bounds().size() == 2 && set.bounds().get(0).equals(set.bounds().get(1));
    if (!one) throw broken(start, "a range between what is not one character");
    return set.bounds().getFirst();
  }

  private CodePoints posixClass() {
    int start = at;
    int end = pattern.indexOf(":]", at);
    boolean negated = pattern.startsWith("[:^", at);
    String name = end < 0 ? "" : pattern.substring(at + (negated ? 3 : 2), end);
    CodePoints set = POSIX.get(name);
    if (set == null) throw broken(start, "an unknown class '[:" + name + ":]'");
    at = end + 2;
    return negated ? set.not() : set;
  }

  /// Reads what stands after a backslash, where it means characters.
  private CodePoints escape(int start) {
    if (at >= pattern.length()) throw broken(start, "a '\\' at the end");
    int c = next();
    boolean ecma = dialect == Dialect.ECMA;
    return switch (c) {
      case 'd' -> DIGIT;
      case 'D' -> DIGIT.not();
      case 'w' -> WORD;
      case 'W' -> WORD.not();
      case 's' -> ecma ? ECMA_SPACE : SPACE;
      case 'S' -> (ecma ? ECMA_SPACE : SPACE).not();
      case 'p', 'P' -> unicodeClass(start, c == 'P');
      case 'f' -> CodePoints.of('\f');
      case 'n' -> CodePoints.of('\n');
      case 'r' -> CodePoints.of('\r');
      case 't' -> CodePoints.of('\t');
      case 'v' -> CodePoints.of('\u000b');
      case 'x' -> CodePoints.of(takeText("{") ? untilBrace(start) : hexadecimal(2, start));
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(c, start);
      default -> {
        if (c == 'a' && !ecma) yield CodePoints.of(7);
        if (c == 'c' && ecma && at < pattern.length()) yield CodePoints.of(next() % 32);
        if (c == 'u' && ecma) yield CodePoints.of(utf16(start));
        if (c == 'C') throw unsupported(start, "\\C, a single byte");
        if (c == 'k') throw unsupported(start, "a back-reference");
        if (c < 0x80 && !Character.isLetterOrDigit(c)) yield CodePoints.of(c);
        throw unsupported(start, "the escape '\\" + Character.toString(c) + "'");
      }
    };
  }

  private CodePoints octal(int first, int start) {
    boolean digitFollows = at < pattern.length() && peek() >= '0' && peek() <= '7';
    if (first != '0' && (dialect == Dialect.ECMA || !digitFollows)) {
      throw unsupported(start, "a back-reference");
    }
    int value = first - '0';
    for (int i = 0; i < 2 && at < pattern.length() && peek() >= '0' && peek() <= '7'; i++) {
      value = value * 8 + next() - '0';
    }
    return CodePoints.of(value);
  }

  private int utf16(int start) {
    if (takeText("{")) return untilBrace(start);
    int first = hexadecimal(4, start);
    if (!Character.isHighSurrogate((char) first) || !takeText("\\u")) return first;
    int second = hexadecimal(4, start);
    if (!Character.isLowSurrogate((char) second)) throw broken(start, "half a surrogate pair");
    return Character.toCodePoint((char) first, (char) second);
  }

  private int untilBrace(int start) {
    int end = pattern.indexOf('}', at);
    int value = end < 0 ? -1 : hexadecimal(end - at, start);
    if (value < 0 || value > CodePoints.LAST) throw broken(start, "no code point after '{'");
    at = end + 1;
    return value;
  }

  private int hexadecimal(int digits, int start) {
    String text = pattern.substring(at, Math.min(pattern.length(), at + digits));
    if (text.length() != digits || !text.matches("[0-9a-fA-F]{1,6}")) {
      throw broken(start, "no hexadecimal number after '" + pattern.substring(start, at) + "'");
    }
    at += digits;
    return Integer.parseInt(text, 16);
  }

  private CodePoints unicodeClass(int start, boolean inverted) {
    String name;
    if (takeText("{")) {
      int end = pattern.indexOf('}', at);
      if (end < 0) throw broken(start, "a '{' without '}'");
      name = pattern.substring(at, end);
      at = end + 1;
    } else if (at < pattern.length()) {
      name = Character.toString(next());
    } else {
      throw broken(start, "no class after '\\p'");
    }
    boolean negated = inverted != name.startsWith("^");
    String bare = name.startsWith("^") ? name.substring(1) : name;
    CodePoints set =
        UnicodeClasses.named(bare)
            .orElseThrow(() -> broken(start, "an unknown Unicode class '" + bare + "'"));
    return negated ? set.not() : set;
  }

  private int peek() {
    return pattern.codePointAt(at);
  }

  private boolean peekIs(char c) {
    return at < pattern.length() && pattern.charAt(at) == c;
  }

  private int next() {
    int c = peek();
    at += Character.charCount(c);
    return c;
  }

  private boolean take(char c) {
    if (!peekIs(c)) return false;
    at++;
    return true;
  }

  private boolean takeText(String text) {
    if (!pattern.startsWith(text, at)) return false;
    at += text.length();
    return true;
  }

  private ConstraintException broken(int where, String what) {
    return new ConstraintException(
        "regular expression '%s': %s at character %d".formatted(pattern, what, where + 1));
  }

  private ConstraintException unsupported(int where, String what) {
    return broken(where, what + ", which is not supported,");
  }
}
