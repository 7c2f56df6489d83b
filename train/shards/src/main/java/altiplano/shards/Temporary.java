package altiplano.shards;

import java.nio.file.Path;
import java.util.UUID;

/// Names under which files grow until they are whole.
final class Temporary {
  private Temporary() {}

  /// Returns a hidden name beside a file that no other writer has. It is not made: a file of the
  /// JDK's `createTempFile` could be read by its owner alone, and would keep that when it is moved.
  static Path beside(Path file) {
    return file.resolveSibling(".%s.%s.tmp".formatted(file.getFileName(), UUID.randomUUID()));
  }
}
