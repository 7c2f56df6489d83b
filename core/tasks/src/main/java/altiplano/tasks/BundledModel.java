package altiplano.tasks;

import altiplano.hub.ModelStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/// A model that comes with the program as a resource, found by [java.util.ServiceLoader].
///
/// A provider names its GGUF file, says its size and hash, and gives its bytes; the rest is done
/// here.
public interface BundledModel {
  /// Returns the name under which commands know it, such as `mini`: letters, digits and hyphens.
  String name();

  /// Opens the bytes of the GGUF file, to be closed by the caller.
  InputStream content() throws IOException;

  /// Returns how many bytes [#content] has.
  long bytes();

  /// Returns the SHA-256 of [#content] in lower-case hexadecimal digits.
  String sha256();

  /// Returns the model as a file of the store (`ALTIPLANO_HOME`), written at the first call:
  /// `bundled/NAME-HASH.gguf`, so that processes share its memory map.
  ///
  /// @throws java.io.UncheckedIOException if the store cannot be written
  /// @throws altiplano.files.ModelFormatException if the resource is not what its hash says
  default Path file() {
    return BundledFile.of(this, ModelStore.home(System.getenv()));
  }
}
