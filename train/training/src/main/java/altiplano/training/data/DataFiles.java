package altiplano.training.data;

import altiplano.files.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/// Files of rows: JSON lines, or plain text whose rows are `{"text": all of it}`; packed with xz or
/// gzip, or not.
public final class DataFiles {
  private DataFiles() {}

  /// A row and where it stands.
  ///
  /// @param line from 1
  public record Row(Path file, int line, Json.ObjectValue json) {}

  /// Takes rows one by one.
  @FunctionalInterface
  public interface Reader {
    void read(Row row);
  }

  /// Returns the files that a recipe names.
  ///
  /// @param data files and folders
  /// @param names of files below the folders; empty takes all files of rows
  /// @throws DataException if one is missing
  public static List<Path> find(List<Path> data, List<String> names) throws IOException {
    if (data.isEmpty()) {
      throw new DataException("data is missing: name a file or a folder of texts or rows");
    }
    var files = new ArrayList<Path>();
    for (Path path : data) {
      if (!Files.exists(path)) {
        throw new DataException(
            path + ": no such file or folder. Set data to where the data lies.");
      }
      if (!Files.isDirectory(path)) {
        files.add(path);
      } else if (names.isEmpty()) {
        try (var entries = Files.list(path)) {
          entries.filter(DataFiles::isData).sorted().forEach(files::add);
        }
      } else {
        for (String name : names) files.add(existing(path.resolve(name)));
      }
    }
    if (files.isEmpty()) {
      throw new DataException(
          data.getFirst() + ": no .jsonl or .txt here, nor packed with xz or gzip");
    }
    return files;
  }

  private static Path existing(Path file) {
    if (Files.isRegularFile(file)) return file;
    throw new DataException(file + ": no such file. Correct files in the recipe, or set data.");
  }

  private static boolean isData(Path file) {
    return String.valueOf(file.getFileName())
        .toLowerCase(Locale.ROOT)
        .matches(".*\\.(jsonl|txt)(\\.xz|\\.gz)?");
  }

  /// Reads all rows of a file, in order.
  ///
  /// @throws DataException if it holds something else
  public static void read(Path file, Reader reader) throws IOException {
    String name = String.valueOf(file.getFileName());
    try (InputStream in = open(file)) {
      if (name.matches(".*\\.txt(\\.xz|\\.gz)?")) {
        var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        reader.read(new Row(file, 1, new Json.ObjectValue(Map.of("text", Json.of(text)))));
        return;
      }
      var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) reader.read(new Row(file, number, parse(file, number, line)));
      }
    }
  }

  private static Json.ObjectValue parse(Path file, int line, String text) {
    try {
      if (Json.parse(text) instanceof Json.ObjectValue object) return object;
    } catch (Json.JsonException broken) {
      throw new DataException("%s:%d: %s".formatted(file, line, broken.getMessage()));
    }
    throw new DataException("%s:%d: a row must be a JSON object".formatted(file, line));
  }

  private static InputStream open(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    var in = new java.io.BufferedInputStream(Files.newInputStream(file), 1 << 16);
    if (name.endsWith(".xz")) return new XZInputStream(in);
    return name.endsWith(".gz") ? new GZIPInputStream(in) : in;
  }
}
