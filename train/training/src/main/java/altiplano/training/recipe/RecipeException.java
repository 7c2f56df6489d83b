package altiplano.training.recipe;

import java.nio.file.Path;

/// A recipe that cannot be carried out; the message names file, line and remedy.
public final class RecipeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RecipeException(String message) {
    super(message);
  }

  static RecipeException at(Path file, int line, String message) {
    return new RecipeException(
        line == 0 ? "%s: %s".formatted(file, message) : "%s:%d: %s".formatted(file, line, message));
  }
}
