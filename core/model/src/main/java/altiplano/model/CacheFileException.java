package altiplano.model;

import java.nio.file.Path;

/// A saved sequence that is broken, or of another model.
public final class CacheFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param problem what was found and what was expected
  public CacheFileException(Path file, String problem) {
    super("%s: %s. Compute the sequence again and save it.".formatted(file, problem));
  }
}
