package altiplano.files;

import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/// Where a model is written, and how.
///
/// @param path a GGUF file where the name ends in `.gguf`, else a Hugging Face folder
/// @param replace whether what is there already is replaced, once the new model is whole
/// @param bytesPerFile the most bytes of tensors in one file; `Long.MAX_VALUE` never splits a GGUF
///   file
/// @param progress told what is done, often and in one thread
public record ModelOutput(Path path, boolean replace, long bytesPerFile, Progress progress) {
  public ModelOutput {
    if (bytesPerFile < 1) {
      throw new IllegalArgumentException("a file holds at least 1 byte, not " + bytesPerFile);
    }
  }

  /// Listens to the writing of a model.
  @FunctionalInterface
  public interface Progress {
    /// Says how far the writing is.
    ///
    /// @param bytes of tensors written so far
    /// @param total bytes of all tensors
    void written(long bytes, long total);
  }

  /// Returns a new file or folder that is not split, and nobody listening.
  public static ModelOutput to(Path path) {
    return new ModelOutput(path, false, Long.MAX_VALUE, (_, _) -> {});
  }

  /// Returns whether a GGUF file is written, else a Hugging Face folder.
  public boolean gguf() {
    return path.toString().endsWith(".gguf");
  }

  /// Throws `UncheckedIOException` if something is there that is not to be replaced, and
  /// [ModelFormatException] if it must not be: a folder that holds no model, or one in which the
  /// source lies.
  void checkFree(ModelFile source) {
    if (!Files.exists(path)) return;
    if (!replace) throw new UncheckedIOException(new FileAlreadyExistsException(path.toString()));
    if (gguf() == Files.isDirectory(path)) {
      throw refused(
          gguf()
              ? "a folder, and a GGUF file is to be written"
              : "a file, and a folder is to be written");
    }
    if (gguf()) return;
    var target = path.toAbsolutePath().normalize();
    var from = source.path().toAbsolutePath().normalize();
    if (!from.equals(target) && from.startsWith(target)) {
      throw refused("the model that is read, %s, lies inside and would go with it".formatted(from));
    }
    if (!Files.exists(path.resolve(HuggingFaceConfig.CONFIG))) {
      throw refused("a folder without a model, which is not replaced");
    }
  }

  private ModelFormatException refused(String problem) {
    return new ModelFormatException(path, "output", problem, "Choose another name.");
  }

  void write(Metadata metadata, List<OutgoingTensor> tensors) {
    long total = tensors.stream().mapToLong(OutgoingTensor::bytes).sum();
    LongConsumer written = bytes -> progress.written(bytes, total);
    if (!gguf()) {
      HuggingFaceFolder.write(
          path,
          metadata,
          tensors,
          Math.min(bytesPerFile, HuggingFaceWriter.BYTES_PER_SHARD),
          written);
    } else if (total > bytesPerFile) {
      GgufWriter.writeSplit(path, metadata, tensors, bytesPerFile, written);
    } else {
      GgufWriter.write(path, metadata, tensors, written);
    }
  }
}
