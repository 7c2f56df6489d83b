package altiplano.files;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;

/// Reads the header of a GGUF file from front to back; nothing is read, and no memory taken, before
/// the bytes are known to be there.
final class GgufCursor {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /// Bytes from which a text is checked before it is copied.
  private static final int LONG_TEXT = 1 << 20;

  private final MappedFile file;
  private long at;

  GgufCursor(MappedFile file) {
    this.file = file;
  }

  /// Returns the bytes read so far.
  long at() {
    return at;
  }

  long remaining() {
    return file.size() - at;
  }

  byte int8() {
    return file.bytes().get(ValueLayout.JAVA_BYTE, take(Byte.BYTES));
  }

  short int16() {
    return file.bytes().get(SHORT, take(Short.BYTES));
  }

  int int32() {
    return file.bytes().get(INT, take(Integer.BYTES));
  }

  long uint32() {
    return Integer.toUnsignedLong(int32());
  }

  long int64() {
    return file.bytes().get(LONG, take(Long.BYTES));
  }

  /// Reads how many things follow.
  ///
  /// @param what named in the error, in the plural
  /// @param leastBytes that one of them takes: a count that the rest of the file cannot hold lies
  long count(String what, int leastBytes) {
    long start = at;
    long count = int64();
    if (count < 0 || count > remaining() / leastBytes) {
      throw broken(
          start,
          "claims %s %s, but only %,d bytes follow"
              .formatted(Long.toUnsignedString(count), what, remaining()));
    }
    return count;
  }

  /// Reads a length and as many bytes of UTF-8.
  ///
  /// @param what named in the error
  /// @param limit the most bytes
  String text(String what, int limit) {
    long start = at;
    long length = count("bytes of " + what, 1);
    if (length > limit) {
      throw broken(start, "%s of %,d bytes; the most are %,d".formatted(what, length, limit));
    }
    if (length == 0) return "";
    var source = file.bytes().asSlice(take(length), length).asByteBuffer();
    // What is no text shall not take memory as one.
    if (length > LONG_TEXT && !isUtf8(source.duplicate())) {
      throw broken(start + Long.BYTES, what + " is not UTF-8");
    }
    var bytes = new byte[(int) length];
    source.get(bytes);
    var text = new String(bytes, UTF_8);
    // Decoding puts U+FFFD where it finds no character.
    if (text.indexOf('\uFFFD') >= 0 && !Arrays.equals(text.getBytes(UTF_8), bytes)) {
      throw broken(start + Long.BYTES, what + " is not UTF-8");
    }
    return text;
  }

  private static boolean isUtf8(ByteBuffer bytes) {
    var decoder = UTF_8.newDecoder();
    var characters = CharBuffer.allocate(1 << 12);
    while (true) {
      var result = decoder.decode(bytes, characters.clear(), true);
      if (!result.isOverflow()) return !result.isError();
    }
  }

  ModelFormatException broken(long where, String problem) {
    return broken(where, problem, GgufFile.DOWNLOAD_AGAIN);
  }

  ModelFormatException broken(long where, String problem, String remedy) {
    return new ModelFormatException(file.path(), "byte " + where, problem, remedy);
  }

  private long take(long bytes) {
    if (bytes > remaining()) {
      throw broken(at, "the file ends after %,d bytes, inside its header".formatted(file.size()));
    }
    long start = at;
    at += bytes;
    return start;
  }
}
