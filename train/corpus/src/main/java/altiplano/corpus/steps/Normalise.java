package altiplano.corpus.steps;

import altiplano.corpus.Script;
import java.text.Normalizer;

/// Unicode normalisation where it loses nothing, line ends, control and invisible characters,
/// full-width letters and digits.
///
/// NFC, not NFKC, which would turn `x²` into `x2` and `①` into `1`. From compatibility forms only
/// full-width ASCII letters and digits and the ligatures `ﬁ` and `ﬂ` are mapped; full-width
/// punctuation stays, since in Chinese it is the ordinary one. A zero-width joiner stays inside
/// emoji sequences and in the scripts that spell with it.
final class Normalise {
  private static final int JOINER = 0x200D;
  private static final int NON_JOINER = 0x200C;

  private Normalise() {}

  static RowStep start() {
    return RowStep.onText(Normalise::normalise);
  }

  static String normalise(String text) {
    var out = new StringBuilder(text.length());
    int previous = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      int next = i < text.length() ? text.codePointAt(i) : 0;
      int mapped = map(c, previous, next);
      if (mapped == 0xFB01) out.append("fi");
      else if (mapped == 0xFB02) out.append("fl");
      else if (mapped >= 0) out.appendCodePoint(mapped);
      if (mapped >= 0) previous = mapped;
    }
    String mapped = out.toString();
    return Normalizer.isNormalized(mapped, Normalizer.Form.NFC)
        ? mapped
        : Normalizer.normalize(mapped, Normalizer.Form.NFC);
  }

  /// Returns what a character becomes, or -1 if it goes.
  private static int map(int c, int previous, int next) {
    if (c < 0x80) {
      if ((c >= ' ' && c != 0x7F) || c == '\n' || c == '\t') return c;
      if (c == '\r') return next == '\n' ? -1 : '\n';
      return c == '\f' || c == 0x0B ? '\n' : -1;
    }
    if (Script.isHan(c)) return c;
    if ((c >= 0xFF10 && c <= 0xFF19)
        || (c >= 0xFF21 && c <= 0xFF3A)
        || (c >= 0xFF41 && c <= 0xFF5A)) {
      return c - 0xFEE0;
    }
    return switch (c) {
      case 0x85, 0x2028, 0x2029 -> '\n';
      case 0xA0,
          0x2000,
          0x2001,
          0x2002,
          0x2003,
          0x2004,
          0x2005,
          0x2006,
          0x2007,
          0x2008,
          0x2009,
          0x200A,
          0x202F,
          0x205F ->
          ' ';
      case JOINER ->
          (isEmoji(next) && (isEmoji(previous) || previous == 0xFE0F))
                  || spellsWithJoiners(previous)
              ? c
              : -1;
      case NON_JOINER -> spellsWithJoiners(previous) ? c : -1;
      case 0xFE0F, 0xFE0E -> isEmoji(previous) || isKeycapBase(previous) ? c : -1;
      case 0xFFFE, 0xFFFF, 0xAD, 0xFEFF, 0x180E, 0x061C -> -1;
      default -> isInvisible(c, previous) ? -1 : c;
    };
  }

  private static boolean isInvisible(int c, int previous) {
    if (c >= 0x80 && c <= 0x9F) return true;
    if ((c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E)) return true;
    if ((c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF0 && c <= 0xFFFB)) return true;
    if (c >= 0xFE00 && c <= 0xFE0D) return true;
    // Tag characters spell the flags of regions behind a black flag.
    if (c >= 0xE0000 && c <= 0xE007F)
      return !(previous == 0x1F3F4 || (previous >= 0xE0020 && previous <= 0xE007E));
    return c >= 0xD800 && c <= 0xDFFF;
  }

  private static boolean isEmoji(int c) {
    return (Character.isEmoji(c) && c > 0xFF) || (c >= 0x1F3FB && c <= 0x1F3FF);
  }

  private static boolean isKeycapBase(int c) {
    return (c >= '0' && c <= '9') || c == '#' || c == '*' || c == 0xA9 || c == 0xAE;
  }

  /// Arabic, and the scripts of India and its neighbours.
  private static boolean spellsWithJoiners(int c) {
    return (c >= 0x0600 && c <= 0x07FF)
        || (c >= 0x0900 && c <= 0x0DFF)
        || (c >= 0x1000 && c <= 0x109F)
        || (c >= 0x1780 && c <= 0x18AF);
  }
}
