package altiplano.tasks;

import altiplano.files.AtomicFile;
import altiplano.files.ModelFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A bundled model on disk: a resource cannot be mapped, a file can.
///
/// The hash is part of the file's name and is checked while it is written, so that later calls need
/// only look at the size. Two processes may write at once; each renames a whole file.
final class BundledFile {
  private static final int HASH_DIGITS = 12;

  private BundledFile() {}

  /// @param home the store's folder
  static Path of(BundledModel model, Path home) {
    String hash = model.sha256();
    if (!hash.matches("[0-9a-f]{64}") || !model.name().matches("[\\w-]+")) {
      throw new IllegalArgumentException(
          "the bundled model '%s' has an impossible name or hash '%s'"
              .formatted(model.name(), hash));
    }
    Path file =
        home.resolve("bundled")
            .resolve("%s-%s.gguf".formatted(model.name(), hash.substring(0, HASH_DIGITS)));
    try {
      if (Files.isRegularFile(file) && Files.size(file) == model.bytes()) return file;
      Files.createDirectories(file.getParent());
    } catch (IOException failed) {
      throw new UncheckedIOException(
          "%s: cannot be made (%s). Set ALTIPLANO_HOME to a folder that can be written."
              .formatted(file.getParent(), failed),
          failed);
    }
    AtomicFile.write(file, out -> copy(model, file, out));
    return file;
  }

  private static void copy(BundledModel model, Path file, WritableByteChannel out)
      throws IOException {
    var digest = sha256();
    long bytes = 0;
    try (InputStream in = model.content()) {
      var buffer = new byte[1 << 16];
      for (int read; (read = in.read(buffer)) >= 0; bytes += read) {
        digest.update(buffer, 0, read);
        for (var rest = ByteBuffer.wrap(buffer, 0, read); rest.hasRemaining(); ) out.write(rest);
      }
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (bytes != model.bytes() || !found.equals(model.sha256())) {
      throw new ModelFormatException(
          file,
          "bundled model " + model.name(),
          "%,d bytes of SHA-256 %s, and it must be %,d of %s"
              .formatted(bytes, found, model.bytes(), model.sha256()),
          "Install the program again.");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
