package altiplano.corpus.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The folder a run writes to. What is new grows in a hidden folder inside and takes its place when
/// all of it is whole; an earlier run stays untouched until then, and files of others always.
///
/// A run that was killed leaves the hidden folder behind; the next one removes it. Only one run at
/// a time can hold the folder.
public final class OutputFolder implements AutoCloseable {
  private static final String HIDDEN = ".corpus-work";
  private static final String LOCK = ".corpus-lock";

  private final Path folder;
  private final FileChannel lockFile;
  private final FileLock lock;

  private OutputFolder(Path folder, FileChannel lockFile, FileLock lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /// Takes a folder, which is made if it is not there.
  ///
  /// @throws IOException if it cannot be written, or another run holds it
  public static OutputFolder open(Path folder) throws IOException {
    Files.createDirectories(folder);
    var lockFile =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = lockFile.tryLock();
      if (lock == null) throw held(folder);
      var output = new OutputFolder(folder.toAbsolutePath(), lockFile, lock);
      output.clear();
      Files.createDirectories(output.staging());
      return output;
    } catch (OverlappingFileLockException inThisProcess) {
      lockFile.close();
      throw held(folder);
    } catch (IOException failed) {
      lockFile.close();
      throw failed;
    }
  }

  private static IOException held(Path folder) {
    return new IOException(
        folder + ": another run writes there. Wait for it, or name another folder");
  }

  /// Returns where the new files are written.
  public Path staging() {
    return folder.resolve(HIDDEN).resolve("new");
  }

  /// Returns a folder for what the run needs only while it lasts.
  public Path work() {
    return folder.resolve(HIDDEN).resolve("work");
  }

  /// Puts the new files in their places.
  ///
  /// @param last the file that says that the others are there: it goes first and comes last
  /// @param ours names of an earlier run's files, which go unless they are replaced
  public void publish(String last, Set<String> ours) throws IOException {
    List<Path> files;
    try (Stream<Path> made = Files.list(staging())) {
      files = made.sorted().toList();
    }
    for (Path file : files) {
      try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    Files.deleteIfExists(folder.resolve(last));
    for (String name : ours) Files.deleteIfExists(folder.resolve(name));
    for (Path file : files) if (!file.getFileName().toString().equals(last)) move(file);
    move(staging().resolve(last));
  }

  private void move(Path file) throws IOException {
    Files.move(
        file,
        folder.resolve(file.getFileName()),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void clear() throws IOException {
    Path hidden = folder.resolve(HIDDEN);
    if (!Files.exists(hidden)) return;
    try (Stream<Path> all = Files.walk(hidden)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(path -> {
            try {
              Files.delete(path);
            } catch (IOException failed) {
              throw new UncheckedIOException(failed);
            }
          });
    }
  }

  @Override
  public void close() throws IOException {
    try {
      clear();
    } finally {
      lock.release();
      lockFile.close();
      Files.deleteIfExists(folder.resolve(LOCK));
    }
  }
}
