package altiplano.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;

/// Text to UTF-8 bytes.
final class Utf8 {
  private Utf8() {}

  /// Returns the bytes of a text; half a surrogate pair becomes U+FFFD, as in tiktoken.
  static byte[] bytes(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) return repaired(text, i).getBytes(UTF_8);
    }
    return text.getBytes(UTF_8);
  }

  private static String repaired(String text, int from) {
    var repaired = new StringBuilder(text.length()).append(text, 0, from);
    text.substring(from)
        .codePoints()
        .map(c -> Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(repaired::appendCodePoint);
    return repaired.toString();
  }

  /// Returns the number of bytes in the character that starts with `lead`.
  static int length(byte lead) {
    if (lead >= 0) return 1;
    int bits = Byte.toUnsignedInt(lead);
    return bits < 0xE0 ? 2 : bits < 0xF0 ? 3 : 4;
  }

  /// Returns the character that starts at `at` in well-formed UTF-8.
  static int codePoint(byte[] utf8, int at) {
    int lead = utf8[at];
    if (lead >= 0) return lead;
    return switch (length((byte) lead)) {
      case 2 -> (lead & 0x1F) << 6 | (utf8[at + 1] & 0x3F);
      case 3 -> (lead & 0x0F) << 12 | (utf8[at + 1] & 0x3F) << 6 | (utf8[at + 2] & 0x3F);
      default ->
          (lead & 0x07) << 18
              | (utf8[at + 1] & 0x3F) << 12
              | (utf8[at + 2] & 0x3F) << 6
              | (utf8[at + 3] & 0x3F);
    };
  }
}
