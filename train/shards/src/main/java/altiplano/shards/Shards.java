package altiplano.shards;

import altiplano.shards.Sequence.Piece;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The sequences of one split of a shard set, memory-mapped.
///
/// Reading any sequence takes constant time. Thread-safe; after [#close()] reading answers
/// `IllegalStateException`.
public final class Shards implements AutoCloseable {
  private static final ValueLayout.OfChar TOKEN16 =
      ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt UINT32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong UINT64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Manifest manifest;
  private final Arena arena;
  private final List<Mapped> shards;
  private final long[] firstSequences;
  private final long[] firstDocuments;

  private Shards(Manifest manifest, Arena arena, List<Mapped> shards) {
    this.manifest = manifest;
    this.arena = arena;
    this.shards = shards;
    firstSequences = new long[shards.size() + 1];
    firstDocuments = new long[shards.size() + 1];
    for (int i = 0; i < shards.size(); i++) {
      firstSequences[i + 1] = firstSequences[i] + shards.get(i).header.sequences();
      firstDocuments[i + 1] = firstDocuments[i] + shards.get(i).header.documents();
    }
  }

  /// Maps the shards of a split and checks their headers against the manifest.
  ///
  /// @param folder holds `manifest.json`
  /// @param split `train`, `validation` or `test`
  /// @throws ShardFormatException if a file is damaged, or the set has no such split
  @SuppressWarnings("MustBeClosedChecker") // the arena is closed with what is returned
  public static Shards open(Path folder, String split) throws IOException {
    Manifest manifest = Manifest.read(folder);
    var arena = Arena.ofShared();
    try {
      var mapped = new ArrayList<Mapped>();
      for (Manifest.Shard shard : manifest.shards()) {
        if (!shard.split().equals(split)) continue;
        mapped.add(Mapped.map(folder.resolve(shard.file()), manifest, arena));
      }
      if (mapped.isEmpty()) {
        throw new ShardFormatException(
            folder, "no split '%s', only %s".formatted(split, manifest.splits()));
      }
      return new Shards(manifest, arena, List.copyOf(mapped));
    } catch (IOException | RuntimeException failure) {
      arena.close();
      throw failure;
    }
  }

  public Manifest manifest() {
    return manifest;
  }

  /// Returns the number of sequences in the split.
  public long sequences() {
    return firstSequences[shards.size()];
  }

  /// Returns the number of documents in the split; one that was mixed in twice counts twice.
  public long documents() {
    return firstDocuments[shards.size()];
  }

  /// Returns the tokens in each sequence.
  public int sequenceLength() {
    return manifest.sequenceLength();
  }

  /// Reads one sequence, in the order of the files.
  ///
  /// @throws IndexOutOfBoundsException if `index` is not below [#sequences()]
  public Sequence sequence(long index) {
    Objects.checkIndex(index, sequences());
    int shard = indexOf(firstSequences, index);
    return shards.get(shard).sequence(index - firstSequences[shard]);
  }

  /// Returns the tokens of one whole document, its parts joined.
  ///
  /// The number is not that of the input: the order is that of the shuffled shards. Takes time
  /// linear in the shard, for looking and not for training.
  ///
  /// @throws IndexOutOfBoundsException if `number` is not below [#documents()]
  public StoredDocument document(long number) {
    Objects.checkIndex(number, documents());
    int shard = indexOf(firstDocuments, number);
    return shards.get(shard).document(Math.toIntExact(number - firstDocuments[shard]));
  }

  @Override
  public void close() {
    arena.close();
  }

  private static int indexOf(long[] firsts, long index) {
    int found = Arrays.binarySearch(firsts, index);
    if (found < 0) return -found - 2;
    while (firsts[found + 1] == index) found++; // an empty shard
    return found;
  }

  /// A document as it lies in a shard.
  ///
  /// @param tokens its ids, begin and end of text among them
  /// @param source number of its source in the manifest
  /// @param parts into how many pieces packing cut it
  public record StoredDocument(int[] tokens, int source, int parts) {}

  private record Mapped(ShardHeader header, MemorySegment bytes, Path file) {
    static Mapped map(Path file, Manifest manifest, Arena arena) throws IOException {
      try (FileChannel channel = FileChannel.open(file)) {
        long size = channel.size();
        var start = ByteBuffer.allocate((int) Math.min(size, ShardHeader.BYTES));
        while (start.hasRemaining() && channel.read(start) >= 0) {}
        ShardHeader header = ShardHeader.decode(start.flip(), file, size);
        if (header.sequenceLength() != manifest.sequenceLength()
            || header.vocabularySize() != manifest.vocabulary().size()) {
          throw new ShardFormatException(file, "the header and the manifest contradict each other");
        }
        return new Mapped(header, channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena), file);
      }
    }

    Sequence sequence(long index) {
      long first = firstPiece(index);
      long end = firstPiece(index + 1);
      if (first < 0 || end < first || end > header.pieces()) {
        throw new ShardFormatException(
            file, "sequence %d has the pieces %d to %d".formatted(index, first, end));
      }
      var pieces = new ArrayList<Piece>((int) Math.min(end - first, header.sequenceLength()));
      for (long i = first; i < end; i++) pieces.add(piece(i));
      return new Sequence(tokens(index, 0, header.sequenceLength()), pieces);
    }

    StoredDocument document(int number) {
      var parts = new ArrayList<int[]>();
      int source = 0;
      for (long sequence = 0; sequence < header.sequences(); sequence++) {
        for (long i = firstPiece(sequence); i < firstPiece(sequence + 1); i++) {
          Piece piece = piece(i);
          if (piece.document() != number) continue;
          source = piece.source();
          while (parts.size() <= piece.part()) parts.add(new int[0]);
          parts.set(piece.part(), tokens(sequence, piece.start(), piece.length()));
        }
      }
      return new StoredDocument(
          parts.stream().flatMapToInt(Arrays::stream).toArray(), source, parts.size());
    }

    private long firstPiece(long sequence) {
      return bytes.get(UINT64, header.indexOffset() + sequence * Long.BYTES);
    }

    private Piece piece(long index) {
      long at = header.piecesOffset() + index * ShardHeader.PIECE_BYTES;
      return new Piece(
          bytes.get(UINT32, at),
          bytes.get(UINT32, at + 4),
          bytes.get(UINT32, at + 8),
          bytes.get(UINT32, at + 12),
          bytes.get(UINT32, at + 16));
    }

    private int[] tokens(long sequence, int start, int length) {
      var tokens = new int[length];
      long at = ShardHeader.BYTES + sequence * header.sequenceBytes();
      if (header.tokenBytes() == Character.BYTES) {
        for (int i = 0; i < length; i++)
          tokens[i] = bytes.get(TOKEN16, at + (long) Character.BYTES * (start + i));
      } else {
        MemorySegment.copy(bytes, UINT32, at + 4L * start, tokens, 0, length);
      }
      return tokens;
    }
  }
}
