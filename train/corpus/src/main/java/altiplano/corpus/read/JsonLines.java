package altiplano.corpus.read;

import altiplano.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// JSON Lines whose rows are needed whole.
public final class JsonLines {
  private JsonLines() {}

  /// Hands over each row of a file, compressed or not.
  ///
  /// @throws IOException if the file cannot be read or a row is no JSON
  public static void forEach(Path file, Consumer<Json> row) throws IOException {
    try (var in = Compression.open(Files.newInputStream(file))) {
      var lines = new ByteLines(in, RowReader.MAX_ROW_BYTES);
      long number = 0;
      for (Optional<ByteLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
        number++;
        if (line.get().isBlank()) continue;
        try {
          row.accept(Json.parse(line.get().bytes()));
        } catch (Json.JsonException broken) {
          throw new IOException(
              "%s: row %d is %s".formatted(file, number, broken.getMessage()), broken);
        }
      }
    }
  }
}
