package altiplano.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Files that are there whole or not at all.
public final class AtomicFile {
  private AtomicFile() {}

  /// Writes what a file shall hold.
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel file) throws IOException;
  }

  /// Replaces a file: written beside it, forced to the disk, then renamed.
  ///
  /// @throws UncheckedIOException if that fails; the file is then as it was before
  public static void write(Path file, byte[] content) {
    write(
        file,
        out -> {
          for (var rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) out.write(rest);
        });
  }

  /// As above, for what is too large to hold.
  public static void write(Path file, Content content) {
    try (var staging = Staging.beside(file)) {
      content.writeTo(staging.channel());
      staging.publishFile();
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be written: " + failed, failed);
    }
  }
}
