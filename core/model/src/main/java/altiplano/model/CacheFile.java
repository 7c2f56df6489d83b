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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/// Sequences on disk; pages that they share are there once.
///
/// ```text
/// "ALTIKV02"   8 bytes
/// fingerprint 32 bytes, of the model and the cache's type
/// sequences    4 bytes
/// pages        4 bytes
/// table        4 bytes, how many numbers follow here: for each sequence its length,
///              its tokens and the numbers of its pages, 4 bytes each
/// pages        as in memory, the last of a sequence whole
/// checksum     8 bytes, CRC-32C of all before
/// ```
///
/// All numbers are little-endian. A file is checked whole before a sequence is made of it.
final class CacheFile {
  private static final byte[] MAGIC = "ALTIKV02".getBytes(US_ASCII);
  private static final int HEADER_BYTES = 8 + 32 + 3 * Integer.BYTES;

  private CacheFile() {}

  static void write(Path file, List<KeyValueCache> caches, byte[] fingerprint) {
    var pages = new IdentityHashMap<CachePage, Integer>();
    var inOrder = new ArrayList<CachePage>();
    var table = IntStream.builder();
    for (var cache : caches) {
      int[] tokens = cache.tokens();
      table.add(tokens.length);
      for (int token : tokens) table.add(token);
      for (int i = 0; i < pages(tokens.length); i++) {
        var page = cache.page(i);
        if (pages.putIfAbsent(page, inOrder.size()) == null) inOrder.add(page);
        table.add(Objects.requireNonNull(pages.get(page)));
      }
    }
    int[] numbers = table.build().toArray();
    AtomicFile.write(
        file,
        channel -> {
          var header = littleEndian(HEADER_BYTES + numbers.length * Integer.BYTES);
          header.put(MAGIC).put(fingerprint);
          header.putInt(caches.size()).putInt(inOrder.size()).putInt(numbers.length);
          for (int number : numbers) header.putInt(number);
          var checksum = new CRC32C();
          put(channel, header.flip(), checksum);
          for (var page : inOrder) put(channel, page.memory().asByteBuffer(), checksum);
          put(channel, littleEndian(Long.BYTES).putLong(checksum.getValue()).flip(), new CRC32C());
        });
  }

  /// Reads the sequences of a file.
  ///
  /// @param empty makes a sequence
  /// @param page makes a page
  /// @throws CacheFileException if the file is broken or of another model; nothing is left then
  static List<KeyValueCache> read(
      Path file,
      Supplier<KeyValueCache> empty,
      Supplier<CachePage> page,
      CacheLayout layout,
      byte[] fingerprint,
      int contextLength) {
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
      int sequences = header.getInt();
      int pages = header.getInt();
      int numbers = header.getInt();
      long expected =
          HEADER_BYTES + (long) numbers * Integer.BYTES + pages * layout.pageBytes() + Long.BYTES;
      if (sequences < 0 || pages < 0 || numbers < 0 || channel.size() != expected) {
        throw new CacheFileException(
            file,
            "%,d bytes do not hold %,d pages of %,d sequences"
                .formatted(channel.size(), pages, sequences));
      }
      var table = take(channel, littleEndian(numbers * Integer.BYTES), checksum);
      var entries = entries(file, table, sequences, pages, contextLength);
      return sequences(file, channel, entries, pages, empty, page, checksum);
    } catch (IOException failure) {
      throw new UncheckedIOException(file + ": cannot be read: " + failure, failure);
    }
  }

  /// A sequence in the table.
  private record Entry(int[] tokens, int[] pages) {}

  private static List<Entry> entries(
      Path file, ByteBuffer table, int sequences, int pages, int contextLength) {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < sequences; i++) {
      int length = table.hasRemaining() ? table.getInt() : -1;
      if (length < 0
          || length > contextLength
          || table.remaining() < (length + pages(length)) * Integer.BYTES) {
        throw new CacheFileException(
            file,
            "its table does not hold %,d sequences of at most %,d positions"
                .formatted(sequences, contextLength));
      }
      var entry = new Entry(ints(table, length), ints(table, pages(length)));
      for (int page : entry.pages) {
        if (page < 0 || page >= pages) {
          throw new CacheFileException(
              file, "its table names page %,d of %,d".formatted(page, pages));
        }
      }
      entries.add(entry);
    }
    return entries;
  }

  private static int[] ints(ByteBuffer buffer, int count) {
    var numbers = new int[count];
    for (int i = 0; i < count; i++) numbers[i] = buffer.getInt();
    return numbers;
  }

  private static List<KeyValueCache> sequences(
      Path file,
      FileChannel channel,
      List<Entry> entries,
      int count,
      Supplier<KeyValueCache> empty,
      Supplier<CachePage> newPage,
      CRC32C checksum)
      throws IOException {
    var pages = new ArrayList<CachePage>();
    try {
      for (int i = 0; i < count; i++) {
        pages.add(newPage.get());
        take(channel, pages.getLast().memory().asByteBuffer(), checksum);
      }
      long found = take(channel, littleEndian(Long.BYTES), new CRC32C()).getLong();
      if (found != checksum.getValue()) {
        throw new CacheFileException(file, "its checksum does not fit its content");
      }
      var sequences = new ArrayList<KeyValueCache>();
      for (var entry : entries) {
        var sequence = empty.get();
        for (int page : entry.pages) sequence.add(pages.get(page));
        sequence.append(entry.tokens, 0, entry.tokens.length);
        sequences.add(sequence);
      }
      return sequences;
    } finally {
      // What the sequences hold they share.
      pages.forEach(CachePage::release);
    }
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
