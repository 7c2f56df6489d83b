package altiplano.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.function.Supplier;

/// A file mapped for reading, with what the file system said of it at that moment.
///
/// @param bytes the whole file; valid as long as the arena it was mapped into
record MappedFile(Path path, MemorySegment bytes, FileTime modified) {

  /// Maps the whole of `path`, whatever its size.
  static MappedFile map(Path path, Arena arena) {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new ModelFormatException(
            path, "opening", "not a regular file", "Give a GGUF file or a model folder.");
      }
      var bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
      return new MappedFile(path, bytes, attributes.lastModifiedTime());
    } catch (NoSuchFileException missing) {
      throw new ModelFormatException(path, "opening", "there is no such file", "Check the path.");
    } catch (IOException failed) {
      throw new ModelFormatException(
          path,
          "opening",
          "cannot be read: " + failed.getMessage(),
          "Check that the file may be read.",
          failed);
    }
  }

  long size() {
    return bytes.byteSize();
  }

  /// Throws [ModelFormatException] if size or time differ from those at mapping.
  void checkUnchanged() {
    try {
      var now = Files.readAttributes(path, BasicFileAttributes.class);
      if (now.size() == size() && now.lastModifiedTime().equals(modified)) return;
      throw changed(
          "%,d bytes of %s became %,d of %s"
              .formatted(size(), modified, now.size(), now.lastModifiedTime()));
    } catch (IOException gone) {
      throw changed("it was removed");
    }
  }

  /// Runs `reader`, which reads this file, and reports a file that shrinks under it.
  ///
  /// The VM turns a fault in a scalar read of a mapping into an `InternalError`.
  <T> T reading(Supplier<T> reader) {
    try {
      return reader.get();
    } catch (InternalError fault) {
      checkUnchanged();
      throw fault;
    }
  }

  private ModelFormatException changed(String how) {
    return new ModelFormatException(
        path,
        "while open",
        "the file changed under the running model: " + how,
        "Open the model again; write new versions under another name and rename them.");
  }
}
