package altiplano.generation.constraint;

import altiplano.generation.ConstraintException;
import altiplano.generation.constraint.Expression.Call;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Repeat;
import altiplano.generation.constraint.Expression.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads grammars in GBNF, the notation of llama.cpp (its `grammars/README.md`).
///
/// `root` is the whole text. A rule ends at the end of its line; inside parentheses, and after `|`
/// or `::=`, lines may break anywhere. Of two rules of one name the later counts.
public final class GbnfParser {
  private static final int MOST_REPEATS = 2000;
  private static final int MOST_DEPTH = 1000;

  private final String source;
  private final Map<String, Expression> rules = new LinkedHashMap<>();
  private int at;
  private int depth;

  private GbnfParser(String source) {
    this.source = source;
  }

  /// Reads a grammar.
  ///
  /// @throws ConstraintException if it is broken, naming line and column
  public static Grammar parse(String source) {
    var parser = new GbnfParser(source);
    parser.skipSpace(true);
    while (parser.at < source.length()) parser.rule();
    if (!parser.rules.containsKey("root")) {
      throw new ConstraintException(
          "the grammar has no rule named 'root', which is where it starts");
    }
    return new Grammar(parser.rules, "root");
  }

  private void rule() {
    String name = name();
    skipSpace(false);
    if (!source.startsWith("::=", at)) throw broken("expected '::=' after '" + name + "'");
    at += 3;
    skipSpace(true);
    rules.put(name, alternatives(false));
    if (at < source.length() && !peekIs('\r') && !peekIs('\n')) {
      throw broken("expected the end of the line");
    }
    skipSpace(true);
  }

  private String name() {
    int start = at;
    while (at < source.length() && isNameCharacter(source.charAt(at))) at++;
    if (at == start) throw broken("expected the name of a rule");
    return source.substring(start, at);
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private Expression alternatives(boolean nested) {
    if (++depth > MOST_DEPTH) throw broken("parentheses nested deeper than " + MOST_DEPTH);
    var options = new ArrayList<Expression>();
    options.add(sequence(nested));
    while (peekIs('|')) {
      at++;
      skipSpace(true);
      options.add(sequence(nested));
    }
    depth--;
    return options.size() == 1 ? options.getFirst() : new Choice(options);
  }

  private Expression sequence(boolean nested) {
    var parts = new ArrayList<Expression>();
    while (at < source.length()) {
      Expression symbol;
      char c = source.charAt(at);
      if (c == '"') {
        symbol = literal();
      } else if (c == '[') {
        symbol = characterClass();
      } else if (c == '.') {
        at++;
        symbol = new Characters(CodePoints.ALL);
      } else if (c == '(') {
        at++;
        skipSpace(true);
        symbol = alternatives(true);
        if (!peekIs(')')) throw broken("expected ')'");
        at++;
      } else if (isNameCharacter(c)) {
        symbol = new Call(name());
      } else if (c == '<' || c == '!') {
        throw broken("tokens such as <think> or <[1000]> are not supported: write their text");
      } else {
        break;
      }
      skipSpace(nested);
      parts.add(repeated(symbol, nested));
    }
    return new Sequence(parts);
  }

  private Expression repeated(Expression symbol, boolean nested) {
    Expression result = symbol;
    while (at < source.length()) {
      switch (source.charAt(at)) {
        case '*' -> result = result.anyTimes();
        case '+' -> result = result.onceOrMore();
        case '?' -> result = result.optional();
        case '{' -> result = counted(result);
        default -> {
          return result;
        }
      }
      at++;
      skipSpace(nested);
    }
    return result;
  }

  /// Reads `{n}`, `{n,}` or `{n,m}` up to the closing brace.
  private Expression counted(Expression symbol) {
    int close = source.indexOf('}', at);
    String inside = close < 0 ? "" : source.substring(at + 1, close).replaceAll("\\s", "");
    if (!inside.matches("[0-9]{1,9}(,[0-9]{0,9})?")) throw broken("expected {n}, {n,} or {n,m}");
    String[] bounds = inside.split(",", -1);
    int min = Integer.parseInt(bounds[0]);
    int max = min;
    if (bounds.length == 2)
      max = bounds[1].isEmpty() ? Repeat.UNBOUNDED : Integer.parseInt(bounds[1]);
    if (max < min) throw broken("the bounds of the repetition are the wrong way round");
    if (min > MOST_REPEATS || (max != Repeat.UNBOUNDED && max > MOST_REPEATS)) {
      throw broken("a repetition of more than " + MOST_REPEATS);
    }
    at = close;
    return symbol.times(min, max);
  }

  private Expression literal() {
    at++;
    var parts = new ArrayList<Expression>();
    while (!peekIs('"')) parts.add(new Characters(CodePoints.of(character("a closing '\"'"))));
    at++;
    return new Sequence(parts);
  }

  private Expression characterClass() {
    at++;
    boolean negated = peekIs('^');
    if (negated) at++;
    var sets = new ArrayList<CodePoints>();
    while (!peekIs(']')) {
      int first = character("a closing ']'");
      int last = first;
      if (peekIs('-') && at + 1 < source.length() && source.charAt(at + 1) != ']') {
        at++;
        last = character("a closing ']'");
      }
      if (last < first) throw broken("a range whose ends are the wrong way round");
      sets.add(CodePoints.range(first, last));
    }
    at++;
    CodePoints set = CodePoints.union(sets);
    return new Characters(negated ? set.not() : set);
  }

  private int character(String expected) {
    if (at >= source.length()) throw broken("expected " + expected);
    int c = source.codePointAt(at);
    at += Character.charCount(c);
    if (c != '\\') return c;
    if (at >= source.length()) throw broken("expected a character after '\\'");
    char escaped = source.charAt(at++);
    return switch (escaped) {
      case 'x' -> hexadecimal(2);
      case 'u' -> hexadecimal(4);
      case 'U' -> hexadecimal(8);
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'n' -> '\n';
      case '\\', '"', '[', ']' -> escaped;
      default -> throw broken("unknown escape '\\" + escaped + "'");
    };
  }

  private int hexadecimal(int digits) {
    String text = source.substring(at, Math.min(source.length(), at + digits));
    if (text.length() != digits || !text.matches("[0-9a-fA-F]+")) {
      throw broken("expected " + digits + " hexadecimal digits");
    }
    at += digits;
    long value = Long.parseLong(text, 16);
    if (value > CodePoints.LAST) throw broken("U+" + text + " is not a code point");
    return (int) value;
  }

  private boolean peekIs(char c) {
    return at < source.length() && source.charAt(at) == c;
  }

  /// Skips blanks and comments, and line ends if `newLines`.
  private void skipSpace(boolean newLines) {
    while (at < source.length()) {
      char c = source.charAt(at);
      if (c == '#') {
        while (at < source.length() && source.charAt(at) != '\n' && source.charAt(at) != '\r') at++;
      } else if (c == ' ' || c == '\t' || (newLines && (c == '\n' || c == '\r'))) {
        at++;
      } else {
        return;
      }
    }
  }

  private ConstraintException broken(String what) {
    String before = source.substring(0, Math.min(at, source.length()));
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    int column = before.length() - before.lastIndexOf('\n');
    return new ConstraintException("grammar, line %d, column %d: %s".formatted(line, column, what));
  }
}
