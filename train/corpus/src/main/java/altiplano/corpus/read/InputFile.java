package altiplano.corpus.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A file of the input.
///
/// @param path as the user named it
/// @param bytes its size, for balancing work; 0 if it is not there
public record InputFile(String path, long bytes) {

  /// Returns the files that a file, a folder or a glob names, in the order of their names.
  ///
  /// A folder stands for all files below it whose names do not start with a dot. What is not there
  /// stands for itself: reading it becomes a reject.
  ///
  /// @throws UncheckedIOException if a folder cannot be listed
  public static List<InputFile> expand(String pattern) {
    Path path = Path.of(pattern);
    if (Files.isDirectory(path)) return below(path, "**");
    if (Files.exists(path) || !isGlob(pattern)) return List.of(of(path));
    Path root = path.isAbsolute() ? path.getRoot() : Path.of("");
    Path rest = path.isAbsolute() ? root.relativize(path) : path;
    int fixed = 0;
    while (fixed < rest.getNameCount() && !isGlob(rest.getName(fixed).toString())) fixed++;
    if (fixed > 0) root = root.resolve(rest.subpath(0, fixed));
    List<InputFile> found = below(root, rest.subpath(fixed, rest.getNameCount()).toString());
    return found.isEmpty() ? List.of(of(path)) : found;
  }

  private static boolean isGlob(String name) {
    return name.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private static List<InputFile> below(Path root, String glob) {
    var matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    try (Stream<Path> files = Files.walk(root.toString().isEmpty() ? Path.of(".") : root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.toString().isEmpty() ? Path.of(".").relativize(file) : file)
          .filter(file -> matcher.matches(relative(root, file)) && !isHidden(relative(root, file)))
          .sorted()
          .map(InputFile::of)
          .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Path relative(Path root, Path file) {
    return root.toString().isEmpty() ? file : root.relativize(file);
  }

  private static boolean isHidden(Path relative) {
    for (Path name : relative) if (name.toString().startsWith(".")) return true;
    return false;
  }

  private static InputFile of(Path file) {
    try {
      return new InputFile(file.toString(), Files.isRegularFile(file) ? Files.size(file) : 0);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
