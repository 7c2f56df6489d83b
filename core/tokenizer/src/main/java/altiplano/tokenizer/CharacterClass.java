package altiplano.tokenizer;

/// What the split patterns tell apart: `\p{L}`, `\p{N}`, line breaks, other White_Space, the rest.
final class CharacterClass {
  static final byte OTHER = 0;
  static final byte LETTER = 1;
  static final byte NUMBER = 2;
  static final byte LINE_BREAK = 3;
  static final byte SPACE = 4;

  private static final byte[] BASIC_PLANE = new byte[0x10000];

  static {
    for (int c = 0; c < BASIC_PLANE.length; c++) BASIC_PLANE[c] = classify(c);
  }

  private CharacterClass() {}

  static byte of(int codePoint) {
    return codePoint < BASIC_PLANE.length ? BASIC_PLANE[codePoint] : classify(codePoint);
  }

  private static byte classify(int codePoint) {
    if (codePoint == '\r' || codePoint == '\n') return LINE_BREAK;
    if (isWhiteSpace(codePoint)) return SPACE;
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      default -> OTHER;
    };
  }

  /// Unicode's property White_Space, which none of Java's own tests is.
  private static boolean isWhiteSpace(int c) {
    return ('\t' <= c && c <= '\r')
        || c == ' '
        || c == 0x85
        || c == 0xA0
        || c == 0x1680
        || (0x2000 <= c && c <= 0x200A)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000;
  }
}
