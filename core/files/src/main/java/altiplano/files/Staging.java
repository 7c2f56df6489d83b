package altiplano.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Where a new file or folder grows unseen, beside its place, until it is whole.
///
/// For `model.gguf` that is `.model.gguf.UUID.tmp`; a folder grows in `.NAME.UUID.tmp.d`. The
/// `.tmp` file is locked while its writer lives. An interrupted VM removes what it has not
/// published; what a killed one left is not locked, and the next writer of the same target removes
/// it.
final class Staging implements AutoCloseable {
  private static final String SUFFIX = ".tmp";

  private static final Set<Staging> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(Staging::abandon), "staging"));
  }

  private final Path target;
  private final Path file;
  private final FileChannel channel;

  private Staging(Path target, Path file, FileChannel channel) {
    this.target = target;
    this.file = file;
    this.channel = channel;
  }

  /// Removes what an interrupted VM has not published.
  private synchronized void abandon() {
    // Between its two renamings the marker stays, so that the next writer puts the old folder back.
    if (Files.exists(aside(file))) return;
    try {
      Files.deleteIfExists(file);
      delete(folder(file));
    } catch (IOException stillWritten) {
      // The next writer of this target removes it.
    }
  }

  /// Opens a place to grow in, and removes what killed writers of the same target left.
  static Staging beside(Path path) throws IOException {
    var target = path.toAbsolutePath();
    removeLeftovers(target);
    while (true) {
      var file =
          target.resolveSibling(
              ".%s.%s%s".formatted(target.getFileName(), UUID.randomUUID(), SUFFIX));
      var channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      // Between the two lines above and this one, another writer may take it for a leftover.
      if (channel.tryLock() != null && Files.exists(file)) {
        var staging = new Staging(target, file, channel);
        OPEN.add(staging);
        return staging;
      }
      channel.close();
    }
  }

  /// Returns the channel of the new file.
  FileChannel channel() {
    return channel;
  }

  /// Makes the folder to fill, in place of the file.
  Path makeFolder() throws IOException {
    return Files.createDirectory(folder(file));
  }

  /// Puts the new file in its place, whole.
  synchronized void publishFile() throws IOException {
    channel.force(true);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(parent(target));
  }

  /// Puts the new folder in its place. An older one is moved aside first, and removed last.
  synchronized void publishFolder() throws IOException {
    var folder = folder(file);
    force(folder);
    var aside = aside(file);
    boolean replaces = Files.exists(target);
    if (replaces) Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
    Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
    force(parent(target));
    if (replaces) delete(aside);
  }

  /// Removes what was not published.
  @Override
  public synchronized void close() throws IOException {
    OPEN.remove(this);
    try (channel) {
      delete(folder(file));
      Files.deleteIfExists(file);
    }
  }

  /// Makes a renaming lasting.
  private static void force(Path folder) throws IOException {
    try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static void removeLeftovers(Path target) throws IOException {
    for (var leftover : leftovers(target)) {
      try (var channel = FileChannel.open(leftover, StandardOpenOption.WRITE)) {
        if (channel.tryLock() == null) continue;
        // A writer killed between its two renamings has moved the old folder aside.
        if (Files.exists(aside(leftover)) && !Files.exists(target)) {
          Files.move(aside(leftover), target, StandardCopyOption.ATOMIC_MOVE);
        }
        delete(aside(leftover));
        delete(folder(leftover));
        Files.deleteIfExists(leftover);
      } catch (OverlappingFileLockException | NoSuchFileException inUse) {
        // Its writer is alive in this VM, or another has just removed it.
      }
    }
  }

  private static List<Path> leftovers(Path target) throws IOException {
    var start = "." + target.getFileName() + ".";
    try (var files = Files.list(parent(target))) {
      return files
          .filter(file -> {
            var name = String.valueOf(file.getFileName());
            return name.startsWith(start)
                && name.endsWith(SUFFIX)
                && name.length() == start.length() + 36 + SUFFIX.length();
          })
          .toList();
    }
  }

  private static Path folder(Path file) {
    return file.resolveSibling(file.getFileName() + ".d");
  }

  private static Path aside(Path file) {
    return file.resolveSibling(file.getFileName() + ".old");
  }

  private static Path parent(Path target) throws IOException {
    var parent = target.getParent();
    if (parent == null) throw new IOException(target + " is the root of a file system");
    return parent;
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) return;
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          @SuppressWarnings("NullAway") // `failed` is null where all went well
          public FileVisitResult postVisitDirectory(Path folder, IOException failed)
              throws IOException {
            if (failed != null) throw failed;
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
