package altiplano.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// Files that are there whole or not at all.
public final class AtomicFile {
  private AtomicFile() {}

  /// Replaces a file: written beside it, forced to the disk, then renamed.
  ///
  /// @throws UncheckedIOException if that fails; the file is then as it was before
  public static void write(Path file, byte[] content) {
    write(
        file,
        channel -> {
          for (var rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) channel.write(rest);
        });
  }

  /// What a file holds, when it does not fit one array.
  @FunctionalInterface
  public interface Content {
    /// Writes everything, from the beginning.
    void writeTo(FileChannel channel) throws IOException;
  }

  /// As [#write(Path, byte[])], for content that is written piece by piece.
  ///
  /// @throws UncheckedIOException if that fails; the file is then as it was before
  public static void write(Path file, Content content) {
    try {
      Path partial =
          file.resolveSibling(".%s.%s.tmp".formatted(file.getFileName(), UUID.randomUUID()));
      try {
        try (var channel =
            FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          content.writeTo(channel);
          channel.force(true);
        }
        Files.move(
            partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be written: " + failed, failed);
    }
  }
}
