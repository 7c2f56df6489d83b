package altiplano.corpus.recipe;

import java.nio.file.Path;
import java.util.Locale;

/// A recipe that cannot be followed; the message names file, line, fault and remedy.
public final class RecipeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RecipeException(Path file, int line, String fault, String remedy) {
    super(
        "%s: %s (%s). %s%s"
            .formatted(
                file,
                fault,
                line > 0 ? "line " + line : "from --set",
                remedy.substring(0, 1).toUpperCase(Locale.ROOT) + remedy.substring(1),
                remedy.endsWith("?") ? "" : "."));
  }
}
