package altiplano.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// The files that lie beside the project in `../shared` (fixtures, data, vocabulary).
///
/// They are not part of the project: a test that asks for one where the folder is missing is
/// reported as skipped, with the path it wanted.
public final class Shared {
  private static final Path ROOT = findRoot();

  private Shared() {}

  /// Returns the project's root, where the `build` script is.
  public static Path root() {
    return ROOT;
  }

  /// Returns a file or folder below `../shared`, or skips the calling test where it is missing.
  ///
  /// @param path relative to the folder, such as `fixtures/tiny-f32.gguf`
  public static Path path(String path) {
    var found = folder().resolve(path);
    Assumptions.assumeTrue(Files.exists(found), () -> "needs " + found + ", which is not here");
    return found;
  }

  /// Returns whether a file or folder below `../shared` is here; for parameter sources, which
  /// cannot skip.
  public static boolean has(String path) {
    return Files.exists(folder().resolve(path));
  }

  private static Path folder() {
    return ROOT.resolveSibling("shared");
  }

  private static Path findRoot() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve("build")) && Files.exists(at.resolve("pom.xml"))) return at;
    }
    throw new IllegalStateException("the tests must run inside the project");
  }
}
