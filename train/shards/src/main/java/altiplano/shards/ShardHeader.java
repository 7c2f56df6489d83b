package altiplano.shards;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/// The first 64 bytes of a shard file, and through them where everything else lies.
///
/// All numbers are little-endian.
///
/// | offset | type | what |
/// |--:|---|---|
/// | 0 | 8 bytes | `ALTISHRD` |
/// | 8 | u32 | version, 1 |
/// | 12 | u32 | bytes a token: 2, or 4 for vocabularies of more than 65,536 |
/// | 16 | u32 | tokens a sequence |
/// | 20 | u32 | vocabulary size |
/// | 24 | u64 | sequences |
/// | 32 | u64 | pieces |
/// | 40 | u64 | documents |
/// | 48 | 16 bytes | zero |
/// | 64 | `[sequences, tokens a sequence]` u16 or u32 | token ids, then zeros up to a multiple of 8 |
/// | | `[sequences + 1]` u64 | the first piece of each sequence, and the number of pieces |
/// | | `[pieces, 5]` u32 | start, length, document, part, source of each piece |
record ShardHeader(
    int tokenBytes,
    int sequenceLength,
    int vocabularySize,
    long sequences,
    long pieces,
    long documents) {
  static final int BYTES = 64;
  static final int PIECE_BYTES = 5 * Integer.BYTES;
  private static final byte[] MAGIC = "ALTISHRD".getBytes(US_ASCII);
  private static final int VERSION = 1;

  /// Returns the bytes that an id of this vocabulary takes.
  static int tokenBytes(int vocabularySize) {
    return vocabularySize <= 1 << Character.SIZE ? Character.BYTES : Integer.BYTES;
  }

  long sequenceBytes() {
    return (long) sequenceLength * tokenBytes;
  }

  long indexOffset() {
    long end = Math.addExact(BYTES, Math.multiplyExact(sequences, sequenceBytes()));
    return Math.addExact(end, 7) & ~7L;
  }

  long piecesOffset() {
    return Math.addExact(
        indexOffset(), Math.multiplyExact(Math.addExact(sequences, 1), (long) Long.BYTES));
  }

  long fileBytes() {
    return Math.addExact(piecesOffset(), Math.multiplyExact(pieces, (long) PIECE_BYTES));
  }

  ByteBuffer encode() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(tokenBytes)
        .putInt(sequenceLength)
        .putInt(vocabularySize)
        .putLong(sequences)
        .putLong(pieces)
        .putLong(documents)
        .rewind();
  }

  /// Reads a header and holds it against the size of its file.
  ///
  /// @param start the file's first bytes, as many of the 64 as there are
  /// @throws ShardFormatException if this is no shard, or one of another version or size
  static ShardHeader decode(ByteBuffer start, Path file, long fileBytes) {
    if (start.remaining() < BYTES) {
      throw new ShardFormatException(
          file, "%d bytes are no shard, which has %d or more".formatted(fileBytes, BYTES));
    }
    start.order(ByteOrder.LITTLE_ENDIAN);
    var magic = new byte[MAGIC.length];
    start.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new ShardFormatException(file, "it does not start with ALTISHRD: not a shard");
    }
    int version = start.getInt();
    if (version != VERSION) {
      throw new ShardFormatException(
          file, "version %d of the format, readable is %d".formatted(version, VERSION));
    }
    var header =
        new ShardHeader(
            start.getInt(),
            start.getInt(),
            start.getInt(),
            start.getLong(),
            start.getLong(),
            start.getLong());
    boolean sound =
        header.sequenceLength > 0
            && header.vocabularySize > 0
            && header.tokenBytes == tokenBytes(header.vocabularySize)
            && header.sequences >= 0
            && header.pieces >= 0
            && header.documents >= 0;
    if (!sound) throw new ShardFormatException(file, "impossible numbers in the header: " + header);
    long expected;
    try {
      expected = header.fileBytes();
    } catch (ArithmeticException overflow) {
      throw new ShardFormatException(file, "impossible sizes in the header: " + header, overflow);
    }
    if (expected != fileBytes) {
      throw new ShardFormatException(
          file,
          "%,d bytes, but the header describes %,d: cut off or damaged"
              .formatted(fileBytes, expected));
    }
    return header;
  }
}
