package altiplano.shards;

import altiplano.shards.Sequence.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Writes one shard. The file appears under its name only when it is whole.
///
/// ```java
/// try (var writer = new ShardWriter(folder.resolve("train-00000.shard"), 12_288, 512)) {
///   for (Sequence sequence : packed) writer.add(sequence);
///   Manifest.Shard entry = writer.finish("train");
/// }
/// ```
///
/// Memory: one sequence, and 28 bytes for each sequence and piece written. Not thread-safe.
public final class ShardWriter implements AutoCloseable {
  private final Path file;
  private final Path temporary;
  private final FileChannel out;
  private final int vocabularySize;
  private final int sequenceLength;
  private final int tokenBytes;
  private final ByteBuffer buffer;
  private final List<Long> firstPieces = new ArrayList<>();
  private final List<Piece> pieces = new ArrayList<>();
  private long documents;
  private long tokens;

  /// @param vocabularySize more than 65,536 makes ids of four bytes instead of two
  /// @param sequenceLength tokens in each sequence
  public ShardWriter(Path file, int vocabularySize, int sequenceLength) throws IOException {
    if (vocabularySize < 1 || sequenceLength < 1) {
      throw new IllegalArgumentException(
          "vocabulary size %d and sequence length %d must be at least 1"
              .formatted(vocabularySize, sequenceLength));
    }
    this.file = file;
    this.vocabularySize = vocabularySize;
    this.sequenceLength = sequenceLength;
    this.tokenBytes = ShardHeader.tokenBytes(vocabularySize);
    this.buffer =
        ByteBuffer.allocate(Math.multiplyExact(sequenceLength, tokenBytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    this.temporary = Temporary.beside(file);
    this.out = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    write(ByteBuffer.allocate(ShardHeader.BYTES));
  }

  /// Appends a sequence.
  ///
  /// @throws IllegalArgumentException if it has another length, or an id outside the vocabulary
  public void add(Sequence sequence) throws IOException {
    if (sequence.tokens().length != sequenceLength) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens in a shard of %d"
              .formatted(sequence.tokens().length, sequenceLength));
    }
    buffer.clear();
    for (int id : sequence.tokens()) {
      if (id < 0 || id >= vocabularySize) {
        throw new IllegalArgumentException(
            "token %d is outside the vocabulary of %d".formatted(id, vocabularySize));
      }
      if (tokenBytes == Character.BYTES) buffer.putChar((char) id);
      else buffer.putInt(id);
    }
    write(buffer.flip());
    firstPieces.add((long) pieces.size());
    for (Piece piece : sequence.pieces()) {
      pieces.add(piece);
      documents = Math.max(documents, piece.document() + 1L);
      tokens += piece.length();
    }
  }

  /// Completes the file and returns its entry for the manifest.
  ///
  /// @param split the part of the data it belongs to, such as `train`
  public Manifest.Shard finish(String split) throws IOException {
    var header =
        new ShardHeader(
            tokenBytes,
            sequenceLength,
            vocabularySize,
            firstPieces.size(),
            pieces.size(),
            documents);
    var tables =
        ByteBuffer.allocate(Math.toIntExact(header.fileBytes() - out.position()))
            .order(ByteOrder.LITTLE_ENDIAN);
    tables.position(Math.toIntExact(header.indexOffset() - out.position()));
    firstPieces.forEach(tables::putLong);
    tables.putLong(pieces.size());
    for (Piece piece : pieces) {
      tables
          .putInt(piece.start())
          .putInt(piece.length())
          .putInt(piece.document())
          .putInt(piece.part())
          .putInt(piece.source());
    }
    write(tables.rewind());
    out.position(0);
    write(header.encode());
    out.force(true);
    out.close();
    var entry =
        new Manifest.Shard(
            file.getFileName().toString(),
            split,
            header.sequences(),
            documents,
            tokens,
            header.fileBytes(),
            Checksum.sha256(temporary));
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return entry;
  }

  /// Leaves nothing behind unless the shard was finished.
  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(temporary);
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) out.write(bytes);
  }
}
