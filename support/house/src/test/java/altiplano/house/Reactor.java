package altiplano.house;

import static java.nio.file.Files.readString;

import altiplano.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The modules that the root `pom.xml` lists.
final class Reactor {
  static final Path ROOT = Shared.root();

  private Reactor() {}

  /// One Maven module.
  ///
  /// @param path below the root, such as `core/tensor`
  record Module(String path) {
    Path sources() {
      return ROOT.resolve(path, "src", "main", "java");
    }

    Path classes() {
      return ROOT.resolve(path, "target", "classes");
    }

    /// Returns the module's package: its path without the first folder.
    String packageName() {
      return "altiplano." + path.substring(path.indexOf('/') + 1).replace('/', '.');
    }

    boolean isCore() {
      return path.startsWith("core/");
    }

    boolean hasSources() {
      return Files.isDirectory(sources());
    }

    @Override
    public String toString() {
      return path;
    }
  }

  static List<Module> modules() {
    return Pattern.compile("<module>(.*?)</module>")
        .matcher(read(ROOT.resolve("pom.xml")))
        .results()
        .map(match -> new Module(match.group(1)))
        .filter(Module::hasSources)
        .toList();
  }

  static Stream<Module> core() {
    return modules().stream().filter(Module::isCore);
  }

  static String read(Path file) {
    try {
      return readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
