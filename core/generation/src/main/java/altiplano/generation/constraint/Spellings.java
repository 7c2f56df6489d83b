package altiplano.generation.constraint;

import altiplano.generation.constraint.Nfa.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Which bytes spell a code point.
///
/// A spelling is a sequence of byte sets; ranges of code points become few of them, as in Cox 2010,
/// "Regular Expression Matching in the Wild", for UTF-8.
final class Spellings {
  private static final CodePoints NEVER_RAW = CodePoints.range(0, 0x1f).or(CodePoints.of("\"\\"));
  private static final CodePoints PRINTABLE_ASCII = CodePoints.range(0x20, 0x7e);
  private static final String SHORT_ESCAPES = "\"\\\b\f\n\r\t";
  private static final String SHORT_ESCAPE_LETTERS = "\"\\bfnrt";
  private static final int FIRST_PAIR = 0x10000;
  private static final int SURROGATES = 0x400;

  private Spellings() {}

  /// Returns all ways to spell one code point of the set.
  static List<List<CodePoints>> of(CodePoints set, Spelling spelling) {
    var spellings = new ArrayList<List<CodePoints>>();
    switch (spelling) {
      case PLAIN -> utf8(set, spellings);
      case JSON -> {
        utf8(set.minus(NEVER_RAW), spellings);
        shortEscapes(set, SHORT_ESCAPES + "/", SHORT_ESCAPE_LETTERS + "/", spellings);
        unicodeEscapes(set, spellings);
      }
      case JSON_CANONICAL -> {
        utf8(set.minus(NEVER_RAW), spellings);
        shortEscapes(set, SHORT_ESCAPES, SHORT_ESCAPE_LETTERS, spellings);
        unicodeEscapes(set.minus(PRINTABLE_ASCII), spellings);
      }
    }
    return spellings;
  }

  private static void utf8(CodePoints set, List<List<CodePoints>> spellings) {
    utf8(set, 0, 0x7f, 1, 0, spellings);
    utf8(set, 0x80, 0x7ff, 2, 0xc0, spellings);
    utf8(set, 0x800, 0xffff, 3, 0xe0, spellings);
    utf8(set, 0x10000, CodePoints.LAST, 4, 0xf0, spellings);
  }

  /// Adds the UTF-8 of `length` bytes, whose first carries the bits of `mark`.
  private static void utf8(
      CodePoints set, int from, int to, int length, int mark, List<List<CodePoints>> spellings) {
    set.and(CodePoints.range(from, to))
        .forEachRange((first, last) -> {
          for (List<Digit> digits : digits(first, last, length, 64)) {
            var bytes = new ArrayList<CodePoints>();
            for (Digit digit : digits) bytes.add(digit.plus(bytes.isEmpty() ? mark : 0x80));
            spellings.add(bytes);
          }
        });
  }

  private static void shortEscapes(
      CodePoints set, String characters, String letters, List<List<CodePoints>> spellings) {
    var possible = new StringBuilder();
    for (int i = 0; i < characters.length(); i++) {
      if (set.contains(characters.charAt(i))) possible.append(letters.charAt(i));
    }
    if (possible.isEmpty()) return;
    spellings.add(List.of(CodePoints.of('\\'), CodePoints.of(possible.toString())));
  }

  /// Adds `\\uXXXX`, and pairs of them beyond the basic plane.
  private static void unicodeEscapes(CodePoints set, List<List<CodePoints>> spellings) {
    set.and(CodePoints.range(0, FIRST_PAIR - 1))
        .forEachRange((first, last) -> spellings.addAll(unicodeEscapes(first, last)));
    set.and(CodePoints.range(FIRST_PAIR, CodePoints.LAST))
        .forEachRange((first, last) -> {
          for (List<Digit> pair : digits(first - FIRST_PAIR, last - FIRST_PAIR, 2, SURROGATES)) {
            addPairs(pair.getFirst(), pair.getLast(), spellings);
          }
        });
  }

  private static void addPairs(Digit high, Digit low, List<List<CodePoints>> spellings) {
    int highs = Character.MIN_HIGH_SURROGATE;
    int lows = Character.MIN_LOW_SURROGATE;
    for (var one : unicodeEscapes(highs + high.first, highs + high.last)) {
      for (var other : unicodeEscapes(lows + low.first, lows + low.last)) {
        var both = new ArrayList<>(one);
        both.addAll(other);
        spellings.add(both);
      }
    }
  }

  private static List<List<CodePoints>> unicodeEscapes(int first, int last) {
    var spellings = new ArrayList<List<CodePoints>>();
    for (List<Digit> digits : digits(first, last, 4, 16)) {
      var bytes = new ArrayList<>(List.of(CodePoints.of('\\'), CodePoints.of('u')));
      for (Digit digit : digits) bytes.add(digit.hexadecimal());
      spellings.add(bytes);
    }
    return spellings;
  }

  /// A digit of a range: from `first` to `last`.
  private record Digit(int first, int last) {
    CodePoints plus(int mark) {
      return CodePoints.range(mark + first, mark + last);
    }

    CodePoints hexadecimal() {
      var digits = new StringBuilder();
      for (int digit = first; digit <= last; digit++) {
        String letter = Integer.toHexString(digit);
        digits.append(letter).append(letter.toUpperCase(Locale.ROOT));
      }
      return CodePoints.of(digits.toString());
    }
  }

  /// Returns the numbers from `first` to `last` as sequences of independent digits.
  private static List<List<Digit>> digits(int first, int last, int count, int base) {
    if (count == 1) return List.of(List.of(new Digit(first, last)));
    int unit = Math.powExact(base, count - 1);
    int top = first / unit;
    int bottom = last / unit;
    var result = new ArrayList<List<Digit>>();
    if (top == bottom) {
      prefix(top, top, digits(first % unit, last % unit, count - 1, base), result);
      return result;
    }
    if (first % unit != 0) {
      prefix(top, top, digits(first % unit, unit - 1, count - 1, base), result);
      top++;
    }
    boolean whole = last % unit == unit - 1;
    int lastWhole = whole ? bottom : bottom - 1;
    if (top <= lastWhole) prefix(top, lastWhole, digits(0, unit - 1, count - 1, base), result);
    if (!whole) prefix(bottom, bottom, digits(0, last % unit, count - 1, base), result);
    return result;
  }

  private static void prefix(
      int first, int last, List<List<Digit>> rests, List<List<Digit>> result) {
    for (List<Digit> rest : rests) {
      var digits = new ArrayList<Digit>();
      digits.add(new Digit(first, last));
      digits.addAll(rest);
      result.add(digits);
    }
  }
}
