package altiplano.corpus;

/// Which script a character belongs to, where the pipeline needs to know.
public final class Script {
  private Script() {}

  /// Returns whether a code point is a Chinese character; the ideographic zero 〇 is one.
  public static boolean isHan(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || c == 0x3007
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x20000 && c <= 0x3FFFF);
  }

  public static boolean isKana(int c) {
    return (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) || (c >= 0xFF66 && c <= 0xFF9F);
  }

  public static boolean isHangul(int c) {
    return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x1100 && c <= 0x11FF);
  }

  /// Returns whether a code point is written without spaces between words: each is a unit of text.
  public static boolean isIdeographic(int c) {
    return isHan(c) || isKana(c);
  }
}
