package altiplano.model;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;

import altiplano.files.AtomicFile;
import altiplano.kernels.KeyValuePages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// A sequence on disk.
///
/// ```text
/// "ALTIKV01"   8 bytes
/// fingerprint 32 bytes, of the model and the cache's type
/// length       4 bytes, positions
/// tokens       4 bytes each
/// pages        as in memory, the last one whole
/// checksum     8 bytes, CRC-32C of all before
/// ```
///
/// All numbers are little-endian. A file is checked whole before a sequence is made of it.
final class CacheFile {
  private static final byte[] MAGIC = "ALTIKV01".getBytes(US_ASCII);
  private static final int HEADER_BYTES = 8 + 32 + Integer.BYTES;

  private CacheFile() {}

  static void write(Path file, KeyValueCache cache, byte[] fingerprint) {
    AtomicFile.write(
        file,
        channel -> {
          int[] tokens = cache.tokens();
          var header = littleEndian(HEADER_BYTES + tokens.length * Integer.BYTES);
          header.put(MAGIC).put(fingerprint).putInt(tokens.length);
          for (int token : tokens) header.putInt(token);
          var checksum = new CRC32C();
          put(channel, header.flip(), checksum);
          for (int page = 0; page < pages(tokens.length); page++) {
            put(channel, cache.page(page).memory().asByteBuffer(), checksum);
          }
          put(channel, littleEndian(Long.BYTES).putLong(checksum.getValue()).flip(), new CRC32C());
        });
  }

  /// Fills an empty sequence.
  ///
  /// @throws CacheFileException if the file is broken or of another model; the sequence stays empty
  static void read(Path file, KeyValueCache cache, byte[] fingerprint, int contextLength) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < HEADER_BYTES + Long.BYTES) {
        throw new CacheFileException(
            file, "%,d bytes are no saved sequence".formatted(channel.size()));
      }
      var checksum = new CRC32C();
      var header = take(channel, littleEndian(HEADER_BYTES), checksum);
      if (!Arrays.equals(bytes(header, MAGIC.length), MAGIC)) {
        throw new CacheFileException(file, "it does not begin as a saved sequence does");
      }
      if (!Arrays.equals(bytes(header, fingerprint.length), fingerprint)) {
        throw new CacheFileException(file, "it is of another model or another cache type");
      }
      int length = header.getInt();
      long expected =
          HEADER_BYTES
              + (long) length * Integer.BYTES
              + pages(length) * cache.layout().pageBytes()
              + Long.BYTES;
      if (length < 0 || length > contextLength || channel.size() != expected) {
        throw new CacheFileException(
            file,
            "%,d bytes do not hold %,d positions of at most %,d"
                .formatted(channel.size(), length, contextLength));
      }
      if (length > 0) readPages(file, channel, cache, length, checksum);
    } catch (IOException failure) {
      throw new UncheckedIOException(file + ": cannot be read: " + failure, failure);
    }
  }

  private static void readPages(
      Path file, FileChannel channel, KeyValueCache cache, int length, CRC32C checksum)
      throws IOException {
    var tokens = new int[length];
    var ids = take(channel, littleEndian(length * Integer.BYTES), checksum);
    for (int i = 0; i < length; i++) tokens[i] = ids.getInt();
    cache.reserve(length);
    for (int page = 0; page < pages(length); page++) {
      take(channel, cache.page(page).memory().asByteBuffer(), checksum);
    }
    long found = take(channel, littleEndian(Long.BYTES), new CRC32C()).getLong();
    if (found != checksum.getValue()) {
      throw new CacheFileException(file, "its checksum does not fit its content");
    }
    cache.append(tokens, 0, length);
  }

  private static int pages(int length) {
    return Math.ceilDiv(length, KeyValuePages.PAGE);
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(LITTLE_ENDIAN);
  }

  private static byte[] bytes(ByteBuffer buffer, int count) {
    var bytes = new byte[count];
    buffer.get(bytes);
    return bytes;
  }

  private static void put(FileChannel channel, ByteBuffer bytes, CRC32C checksum)
      throws IOException {
    checksum.update(bytes.duplicate());
    while (bytes.hasRemaining()) channel.write(bytes);
  }

  /// Fills a buffer from the file and makes it ready to be read.
  private static ByteBuffer take(FileChannel channel, ByteBuffer bytes, CRC32C checksum)
      throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) throw new IOException("the file ends early");
    }
    bytes.flip();
    checksum.update(bytes.duplicate());
    return bytes;
  }
}
