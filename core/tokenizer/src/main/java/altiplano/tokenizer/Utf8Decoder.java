package altiplano.tokenizer;

/// UTF-8 bytes to text, in whatever portions they come.
///
/// Follows the decoder of the WHATWG Encoding Standard: each longest run of bytes that could start
/// a character but does not finish one becomes one U+FFFD (Unicode 16, section 3.9).
final class Utf8Decoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final StringBuilder text = new StringBuilder();
  private int codePoint;
  private int missing;
  // The range of the next byte: narrower after leads that could open an overlong form, a surrogate
  // or a code point beyond U+10FFFF.
  private int lowest = 0x80;
  private int highest = 0xBF;

  /// Returns the text of bytes that are all there.
  static String decode(byte[] bytes) {
    var decoder = new Utf8Decoder();
    decoder.add(bytes);
    decoder.finish();
    return decoder.take();
  }

  void add(byte[] bytes) {
    for (byte next : bytes) add(Byte.toUnsignedInt(next));
  }

  /// Returns the characters that are complete, and forgets them.
  String take() {
    if (text.isEmpty()) return "";
    String complete = text.toString();
    text.setLength(0);
    return complete;
  }

  /// Ends the input: an unfinished character becomes U+FFFD.
  void finish() {
    if (missing > 0) abandon();
  }

  private void add(int next) {
    if (missing == 0) {
      start(next);
    } else if (next < lowest || next > highest) {
      abandon();
      start(next);
    } else {
      codePoint = codePoint << 6 | (next & 0x3F);
      lowest = 0x80;
      highest = 0xBF;
      if (--missing == 0) text.appendCodePoint(codePoint);
    }
  }

  private void start(int lead) {
    if (lead < 0x80) {
      text.append((char) lead);
    } else if (0xC2 <= lead && lead <= 0xDF) {
      expect(1, lead & 0x1F);
    } else if (0xE0 <= lead && lead <= 0xEF) {
      if (lead == 0xE0) lowest = 0xA0;
      if (lead == 0xED) highest = 0x9F;
      expect(2, lead & 0x0F);
    } else if (0xF0 <= lead && lead <= 0xF4) {
      if (lead == 0xF0) lowest = 0x90;
      if (lead == 0xF4) highest = 0x8F;
      expect(3, lead & 0x07);
    } else {
      text.append(REPLACEMENT);
    }
  }

  private void expect(int bytes, int bits) {
    missing = bytes;
    codePoint = bits;
  }

  private void abandon() {
    text.append(REPLACEMENT);
    missing = 0;
    lowest = 0x80;
    highest = 0xBF;
  }
}
