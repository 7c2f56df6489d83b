package altiplano.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;

/// One file on its way: pieces come in parallel, those that came are remembered across
/// interruptions, and the whole is checked before it gets its name.
///
/// `NAME.part` holds the pieces, `NAME.pieces` a byte for each, 1 once it is there.
final class Download {
  static final int PIECE_BYTES = 16 << 20;
  private static final int PARALLEL = 4;

  private final Ranges source;
  private final RemoteFile file;
  private final Path target;
  private final Path part;
  private final Path pieces;

  Download(Ranges source, RemoteFile file, Path target) {
    this.source = source;
    this.file = file;
    this.target = target;
    this.part = target.resolveSibling(target.getFileName() + ".part");
    this.pieces = target.resolveSibling(target.getFileName() + ".pieces");
  }

  /// Fetches what is missing.
  ///
  /// @param progress is told each number of bytes that arrived, from any thread
  void run(LongConsumer progress) throws IOException {
    if (Files.exists(target)) {
      progress.accept(file.size());
      return;
    }
    Files.createDirectories(target.getParent());
    fetchPieces(progress);
    if (!verify()) {
      Files.deleteIfExists(part);
      Files.deleteIfExists(pieces);
      throw new HubException(
          "%s: what arrived is not what the hub announced (%s). Pull it again."
              .formatted(file.location(), RemoteFile.algorithm(file.digest())));
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(pieces);
  }

  private void fetchPieces(LongConsumer progress) throws IOException {
    int count = Math.toIntExact(Math.ceilDiv(file.size(), (long) PIECE_BYTES));
    try (var content = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var marks =
            FileChannel.open(
                pieces,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      var slots = new Semaphore(PARALLEL);
      var pending = new ArrayList<Future<?>>();
      for (int i = 0; i < count; i++) {
        int piece = i;
        long start = (long) piece * PIECE_BYTES;
        int bytes = (int) Math.min(PIECE_BYTES, file.size() - start);
        if (marked(marks, piece)) {
          progress.accept(bytes);
          continue;
        }
        pending.add(
            workers.submit(() -> {
              slots.acquire();
              try {
                source.range(file, start, bytes, content, progress);
                content.force(false);
                marks.write(ByteBuffer.wrap(new byte[] {1}), piece);
              } finally {
                slots.release();
              }
              return null;
            }));
      }
      await(pending);
      content.force(true);
    }
  }

  private static boolean marked(FileChannel marks, int piece) throws IOException {
    var mark = ByteBuffer.allocate(1);
    return marks.read(mark, piece) == 1 && mark.get(0) == 1;
  }

  private void await(List<Future<?>> pending) {
    try {
      for (var piece : pending) piece.get();
    } catch (InterruptedException interrupted) {
      pending.forEach(piece -> piece.cancel(true));
      Thread.currentThread().interrupt();
      throw new HubException(file.location() + ": interrupted. Pull again to go on.", interrupted);
    } catch (ExecutionException failed) {
      pending.forEach(piece -> piece.cancel(true));
      switch (failed.getCause()) {
        case HubException known -> throw known;
        case UncheckedIOException io -> throw io;
        case IOException io -> throw new UncheckedIOException(io);
        case null, default -> throw new IllegalStateException(failed);
      }
    }
  }

  private boolean verify() throws IOException {
    if (Files.size(part) != file.size()) return false;
    try (var in = FileChannel.open(part, StandardOpenOption.READ)) {
      var digest = RemoteFile.digest(RemoteFile.algorithm(file.digest()));
      if (file.digest() instanceof RemoteFile.Digest.GitBlob) {
        digest.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.UTF_8));
      }
      var buffer = ByteBuffer.allocateDirect(1 << 20);
      while (in.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      return file.matches(digest.digest());
    }
  }
}
