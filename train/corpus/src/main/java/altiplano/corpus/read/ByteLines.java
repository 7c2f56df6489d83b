package altiplano.corpus.read;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// The lines of a stream as bytes, each held in memory up to a limit.
final class ByteLines {
  private final BufferedInputStream in;
  private final int limit;

  ByteLines(BufferedInputStream in, int limit) {
    this.in = in;
    this.limit = limit;
  }

  /// One line without its end.
  ///
  /// @param bytes the first ones, at most the limit
  /// @param length of the whole line
  record Line(byte[] bytes, long length) {
    boolean isCut() {
      return length > bytes.length;
    }

    boolean isBlank() {
      for (byte b : bytes) if (b != ' ' && b != '\t' && b != '\r') return false;
      return true;
    }
  }

  /// Returns the next line, or nothing at the end.
  Optional<Line> next() throws IOException {
    var line = new ByteArrayOutputStream(256);
    long length = 0;
    int b = in.read();
    if (b < 0) return Optional.empty();
    while (b >= 0 && b != '\n') {
      if (length < limit) line.write(b);
      length++;
      b = in.read();
    }
    byte[] bytes = line.toByteArray();
    if (length == bytes.length && length > 0 && bytes[bytes.length - 1] == '\r') {
      return Optional.of(new Line(Arrays.copyOf(bytes, bytes.length - 1), bytes.length - 1));
    }
    return Optional.of(new Line(bytes, length));
  }
}
