package altiplano.corpus.read;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.corpus.CommonHan;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Optional;
import java.util.stream.Stream;

/// Tells UTF-8, UTF-16, GB18030 and Big5 apart by content.
///
/// A byte order mark decides; then valid UTF-8; then UTF-16, where every second byte is nearly
/// constant; then whichever of GB18030 and Big5 decodes to more frequent characters.
public final class TextEncoding {
  private static final Charset GB18030 = Charset.forName("GB18030");
  private static final Charset BIG5 = Charset.forName("Big5-HKSCS");

  /// Below this share of frequent characters a text is no Chinese; ordinary text has 0.5 or more,
  /// Big5 read as GB18030 and the reverse 0.1 or less.
  private static final double PLAUSIBLE = 0.2;

  /// This share of broken sequences is what a few damaged rows leave in a file of UTF-8.
  private static final double FEW = 0.05;

  private TextEncoding() {}

  /// Returns the encoding of a text, or nothing if it is none of the four.
  ///
  /// @param sample its first bytes; a character cut off at the end does not count
  public static Optional<Charset> detect(byte[] sample) {
    if (startsWith(sample, 0xEF, 0xBB, 0xBF)) return Optional.of(UTF_8);
    if (startsWith(sample, 0xFF, 0xFE)) return Optional.of(UTF_16LE);
    if (startsWith(sample, 0xFE, 0xFF)) return Optional.of(UTF_16BE);
    var utf8 = Utf8Count.of(sample);
    if (utf8.broken == 0 && zeros(sample, 0) + zeros(sample, 1) == 0) return Optional.of(UTF_8);
    Optional<Charset> utf16 = detectUtf16(sample);
    if (utf16.isPresent()) return utf16;
    if (zeros(sample, 0) + zeros(sample, 1) > sample.length / 100) return Optional.empty();
    if (utf8.broken <= FEW * utf8.characters && utf8.characters > 0) return Optional.of(UTF_8);
    Optional<Charset> chinese =
        Stream.of(GB18030, BIG5)
            .filter(charset -> plausibility(sample, charset) >= PLAUSIBLE)
            .max((a, b) -> Double.compare(plausibility(sample, a), plausibility(sample, b)));
    if (chinese.isPresent()) return chinese;
    return utf8.broken < utf8.characters ? Optional.of(UTF_8) : Optional.empty();
  }

  /// Decodes bytes without tolerance.
  ///
  /// @throws CharacterCodingException if they are not in this encoding
  public static String decode(byte[] bytes, Charset charset) throws CharacterCodingException {
    String text =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(bytes))
            .toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static boolean startsWith(byte[] bytes, int... mark) {
    if (bytes.length < mark.length) return false;
    for (int i = 0; i < mark.length; i++) if ((bytes[i] & 0xFF) != mark[i]) return false;
    return true;
  }

  private static Optional<Charset> detectUtf16(byte[] sample) {
    int pairs = sample.length / 2;
    if (pairs < 2) return Optional.empty();
    double highFirst = plausibleUtf16(sample, UTF_16BE);
    double lowFirst = plausibleUtf16(sample, UTF_16LE);
    if (Math.max(highFirst, lowFirst) < 0.7) return Optional.empty();
    return Optional.of(highFirst >= lowFirst ? UTF_16BE : UTF_16LE);
  }

  /// Returns the share of characters that a text in UTF-16 is made of: ASCII and frequent Chinese;
  /// 0 where the sample holds what UTF-16 cannot.
  private static double plausibleUtf16(byte[] sample, Charset charset) {
    String text = decodeWhole(sample, sample.length & ~1, charset);
    if (text.isEmpty()) return 0;
    long good =
        text.chars()
            .filter(c ->
                (c >= ' ' && c < 0x7F)
                    || c == '\n'
                    || c == '\r'
                    || c == '\t'
                    || (c >= 0x3000 && c <= 0x303F)
                    || (c >= 0xFF00 && c <= 0xFF5E)
                    || CommonHan.contains((char) c))
            .count();
    return (double) good / text.length();
  }

  private static double plausibility(byte[] sample, Charset charset) {
    for (int cut = 0; cut < 4 && cut < sample.length; cut++) {
      String text = decodeWhole(sample, sample.length - cut, charset);
      if (!text.isEmpty()) return CommonHan.share(text);
    }
    return 0;
  }

  /// Returns the decoded text, or an empty one if there is anything that does not decode.
  private static String decodeWhole(byte[] sample, int length, Charset charset) {
    var out = CharBuffer.allocate(length);
    var decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    boolean broken = decoder.decode(ByteBuffer.wrap(sample, 0, length), out, true).isError();
    return broken ? "" : out.flip().toString();
  }

  private static int zeros(byte[] sample, int from) {
    int zeros = 0;
    for (int i = from; i < sample.length; i += 2) if (sample[i] == 0) zeros++;
    return zeros;
  }

  /// How much of a sample is UTF-8 beyond ASCII.
  private record Utf8Count(int characters, int broken) {
    static Utf8Count of(byte[] sample) {
      int characters = 0;
      int broken = 0;
      for (int i = 0; i < sample.length; ) {
        int length = sequenceLength(sample, i);
        if (length == 1 && sample[i] >= 0) {
          i++;
        } else if (length > 0) {
          characters++;
          i += length;
        } else if (length == CUT) {
          break;
        } else {
          broken++;
          i++;
        }
      }
      return new Utf8Count(characters, broken);
    }

    private static final int BROKEN = 0;
    private static final int CUT = -1;

    private static int sequenceLength(byte[] bytes, int at) {
      int lead = bytes[at] & 0xFF;
      int length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      if (lead > 0xF4) return BROKEN;
      for (int i = 1; i < length; i++) {
        if (at + i >= bytes.length) return CUT;
        int next = bytes[at + i] & 0xFF;
        if (next < 0x80 || next > 0xBF) return BROKEN;
      }
      if (length < 3) return length;
      int second = bytes[at + 1] & 0xFF;
      boolean overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
      boolean outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
      return overlong || outside ? BROKEN : length;
    }
  }
}
