package altiplano.corpus.steps;

import altiplano.corpus.CommonHan;
import altiplano.corpus.Script;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Repairs mojibake: UTF-8 that was read as Windows-1252 (`ä½ å¥½`, `donâ€™t`) or as GBK (`浣犲ソ`).
///
/// A line is encoded back and decoded as UTF-8. The result stands only if all of it decodes, which
/// ordinary text does not survive, and if it is the more plausible of the two. The idea is that of
/// ftfy (Speer 2019).
final class RepairEncoding {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
  private static final Charset GB18030 = Charset.forName("GB18030");

  /// What the bytes 80 to BF, which follow a lead byte in UTF-8, look like in Windows-1252.
  private static final String FOLLOWERS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

  private RepairEncoding() {}

  static RowStep start() {
    return RowStep.onText(RepairEncoding::repair);
  }

  static String repair(String text) {
    if (!mayBeLatin(text) && !mayBeGbk(text)) return text;
    var out = new StringBuilder(text.length());
    for (String line : TextLines.of(text).lines()) {
      if (!out.isEmpty() || text.startsWith("\n")) out.append('\n');
      out.append(repairLine(line));
    }
    return out.toString();
  }

  private static String repairLine(String line) {
    if (mayBeLatin(line)) return repairRuns(line);
    return mayBeGbk(line)
        ? reread(line, GB18030).filter(r -> isBetter(r, line)).orElse(line)
        : line;
  }

  /// Repairs the longest runs of characters that Windows-1252 has, so that sound characters beside
  /// them do no harm.
  private static String repairRuns(String line) {
    var out = new StringBuilder();
    int start = 0;
    for (int i = 0; i <= line.length(); i++) {
      if (i < line.length() && isLatin(line.charAt(i))) continue;
      if (i > start) {
        String run = line.substring(start, i);
        out.append(mayBeLatin(run) ? reread(run, WINDOWS_1252).orElse(run) : run);
      }
      if (i < line.length()) out.append(line.charAt(i));
      start = i + 1;
    }
    return out.toString();
  }

  private static boolean isLatin(char c) {
    return c < 0x100 || FOLLOWERS.indexOf(c) >= 0;
  }

  /// Returns whether there is a lead byte of UTF-8 with a follower behind it.
  private static boolean mayBeLatin(String text) {
    for (int i = 0; i + 1 < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0xC2 || c > 0xF4) continue;
      char next = text.charAt(i + 1);
      if ((next >= 0x80 && next <= 0xBF) || FOLLOWERS.indexOf(next) >= 0) return true;
    }
    return false;
  }

  /// Returns whether most of the Chinese characters are rare ones.
  private static boolean mayBeGbk(String text) {
    int han = 0;
    for (int i = 0; i < text.length() && han < 2; i++) if (Script.isHan(text.charAt(i))) han++;
    return han >= 2 && CommonHan.share(text) < 0.25;
  }

  private static boolean isBetter(String repaired, String original) {
    return CommonHan.share(repaired) > Math.max(0.3, 2 * CommonHan.share(original));
  }

  private static Optional<String> reread(String text, Charset wrong) {
    try {
      byte[] bytes = wrong.equals(WINDOWS_1252) ? latinBytes(text) : encode(text, wrong);
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString());
    } catch (CharacterCodingException sound) {
      return Optional.empty();
    }
  }

  private static byte[] encode(String text, Charset charset) throws CharacterCodingException {
    ByteBuffer bytes = charset.newEncoder().encode(CharBuffer.wrap(text));
    var exact = new byte[bytes.remaining()];
    bytes.get(exact);
    return exact;
  }

  /// Returns the bytes of a Windows-1252 text; the five bytes that it leaves undefined, and a
  /// control character where it has a printable one, stand for themselves.
  private static byte[] latinBytes(String text) throws CharacterCodingException {
    var bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = text.charAt(i);
      bytes[i] = c < 0x100 ? (byte) c : encode(String.valueOf(c), WINDOWS_1252)[0];
    }
    return bytes;
  }
}
