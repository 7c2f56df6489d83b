package altiplano.files;

import java.nio.file.Path;
import java.util.Optional;

/// A model file that is broken, or of a kind that is not read.
///
/// The message names the file, the place, what was found and the remedy.
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Path> file;

  /// @param where a place in the file, such as "byte 24" or "tensor blk.0.attn_q.weight"
  /// @param problem what was found and what was expected
  /// @param remedy what to do, a sentence
  public ModelFormatException(Path file, String where, String problem, String remedy) {
    super("%s: %s (%s). %s".formatted(file, problem, where, remedy));
    this.file = Optional.of(file);
  }

  /// As above, for a problem that `cause` found.
  public ModelFormatException(
      Path file, String where, String problem, String remedy, Throwable cause) {
    this(file, where, problem, remedy);
    initCause(cause);
  }

  /// Returns the file that is broken.
  public Optional<Path> file() {
    return file;
  }
}
