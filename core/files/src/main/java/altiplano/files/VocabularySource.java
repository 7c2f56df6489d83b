package altiplano.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads the small files that a vocabulary comes in, whole and with a limit.
final class VocabularySource {
  /// The largest vocabularies in use are under 40 MB as JSON.
  private static final long LIMIT_BYTES = 256L << 20;

  private VocabularySource() {}

  static byte[] bytes(Path file) {
    try {
      long bytes = Files.size(file);
      if (bytes > LIMIT_BYTES) {
        throw new ModelFormatException(
            file,
            "whole file",
            "%,d bytes, more than the %,d that a vocabulary may take".formatted(bytes, LIMIT_BYTES),
            "Name the vocabulary's file, not the model's.");
      }
      return Files.readAllBytes(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be read: " + failed, failed);
    }
  }

  /// Reads a JSON object.
  static Json.ObjectValue object(Path file) {
    try {
      if (Json.parse(bytes(file)) instanceof Json.ObjectValue object) return object;
    } catch (Json.JsonException broken) {
      throw new ModelFormatException(
          file, "whole file", String.valueOf(broken.getMessage()), "Download it again.", broken);
    }
    throw new ModelFormatException(file, "whole file", "not a JSON object", "Download it again.");
  }
}
