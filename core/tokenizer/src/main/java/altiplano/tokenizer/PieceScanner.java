package altiplano.tokenizer;

import static altiplano.tokenizer.CharacterClass.LETTER;
import static altiplano.tokenizer.CharacterClass.LINE_BREAK;
import static altiplano.tokenizer.CharacterClass.NUMBER;
import static altiplano.tokenizer.CharacterClass.OTHER;
import static altiplano.tokenizer.CharacterClass.SPACE;

import altiplano.files.PieceSplit;

/// Cuts UTF-8 text into the pieces of a split pattern, without a regular expression.
///
/// The pieces cover the text: each starts where the one before it ended. Every method reads a piece
/// at most twice, so that a text takes linear time. Stateless.
///
/// ```java
/// var scanner = PieceScanner.of(PieceSplit.LLAMA3);
/// for (int at = 0; at < utf8.length; at = end) {
///   end = scanner.end(utf8, at, utf8.length);
/// }
/// ```
public final class PieceScanner {
  private static final int LONG_S_LEAD = (byte) 0xC5;
  private static final int LONG_S_TRAIL = (byte) 0xBF;

  private final boolean llama3;

  private PieceScanner(boolean llama3) {
    this.llama3 = llama3;
  }

  /// Returns the scanner for a pattern.
  public static PieceScanner of(PieceSplit split) {
    return new PieceScanner(
        switch (split) {
          case LLAMA3 -> true;
          case GPT2 -> false;
        });
  }

  /// Returns where the piece that starts at `from` ends.
  ///
  /// @param utf8 well-formed
  /// @param from where a character starts, below `limit`
  /// @param limit where the text ends
  public int end(byte[] utf8, int from, int limit) {
    return llama3 ? llama3(utf8, from, limit) : gpt2(utf8, from, limit);
  }

  /// The alternatives in the pattern's order, each beside its piece of [PieceSplit#regex].
  private static int llama3(byte[] utf8, int from, int limit) {
    byte first = utf8[from];
    // (?i:'s|'t|'re|'ve|'m|'ll|'d)
    if (first == '\'') {
      int end = contraction(utf8, from + 1, limit, true);
      if (end > 0) return end;
    }
    int kind = classAt(utf8, from);
    int next = from + Utf8.length(first);
    // [^\r\n\p{L}\p{N}]?\p{L}+
    if (kind == LETTER) return run(utf8, next, limit, LETTER);
    if ((kind == OTHER || kind == SPACE) && isAt(utf8, next, limit, LETTER)) {
      return run(utf8, next, limit, LETTER);
    }
    // \p{N}{1,3}
    if (kind == NUMBER) {
      int end = next;
      for (int digits = 1; digits < 3 && isAt(utf8, end, limit, NUMBER); digits++) {
        end += Utf8.length(utf8[end]);
      }
      return end;
    }
    // ␣?[^\s\p{L}\p{N}]+[\r\n]*
    if (kind == OTHER || (first == ' ' && isAt(utf8, next, limit, OTHER))) {
      return run(utf8, run(utf8, next, limit, OTHER), limit, LINE_BREAK);
    }
    return space(utf8, from, limit, true);
  }

  private static int gpt2(byte[] utf8, int from, int limit) {
    byte first = utf8[from];
    // 's|'t|'re|'ve|'m|'ll|'d
    if (first == '\'') {
      int end = contraction(utf8, from + 1, limit, false);
      if (end > 0) return end;
    }
    // ␣?\p{L}+|␣?\p{N}+|␣?[^\s\p{L}\p{N}]+
    int start = first == ' ' && from + 1 < limit ? from + 1 : from;
    int kind = classAt(utf8, start);
    if (kind == LETTER || kind == NUMBER || kind == OTHER) {
      return run(utf8, start, limit, kind);
    }
    return space(utf8, from, limit, false);
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`, without the first part for GPT-2.
  private static int space(byte[] utf8, int from, int limit, boolean endsAtLineBreak) {
    int end = from;
    int last = from;
    int afterLineBreak = 0;
    while (end < limit) {
      int kind = classAt(utf8, end);
      if (kind != SPACE && kind != LINE_BREAK) break;
      last = end;
      end += Utf8.length(utf8[end]);
      if (kind == LINE_BREAK) afterLineBreak = end;
    }
    if (endsAtLineBreak && afterLineBreak > 0) return afterLineBreak;
    // Before a word the last space is left to it, unless it is the only one.
    return end == limit || last == from ? end : last;
  }

  /// Returns where a contraction ends whose apostrophe is before `at`, 0 if there is none.
  private static int contraction(byte[] utf8, int at, int limit, boolean foldCase) {
    if (at >= limit) return 0;
    int first = letter(utf8[at], foldCase);
    int second = at + 1 < limit ? letter(utf8[at + 1], foldCase) : 0;
    return switch (first) {
      case 's', 't', 'm', 'd' -> at + 1;
      case 'r', 'v' -> second == 'e' ? at + 2 : 0;
      case 'l' -> second == 'l' ? at + 2 : 0;
      // U+017F, the long s, folds to s.
      case LONG_S_LEAD -> foldCase && second == LONG_S_TRAIL ? at + 2 : 0;
      default -> 0;
    };
  }

  private static int letter(byte utf8, boolean foldCase) {
    return foldCase && 'A' <= utf8 && utf8 <= 'Z' ? utf8 + ('a' - 'A') : utf8;
  }

  private static int run(byte[] utf8, int from, int limit, int kind) {
    int end = from;
    while (isAt(utf8, end, limit, kind)) end += Utf8.length(utf8[end]);
    return end;
  }

  private static boolean isAt(byte[] utf8, int at, int limit, int kind) {
    return at < limit && classAt(utf8, at) == kind;
  }

  private static int classAt(byte[] utf8, int at) {
    return CharacterClass.of(Utf8.codePoint(utf8, at));
  }
}
