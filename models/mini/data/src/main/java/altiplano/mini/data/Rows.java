package altiplano.mini.data;

import altiplano.files.Json;
import altiplano.files.Json.ObjectValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.tukaani.xz.XZInputStream;

/// Files of JSON lines.
public final class Rows {
  private Rows() {}

  /// Reads all rows of a file, packed with xz or not.
  ///
  /// @throws UncheckedIOException if the file cannot be read
  public static List<ObjectValue> read(Path file) {
    var rows = new ArrayList<ObjectValue>();
    try (InputStream bytes = Files.newInputStream(file);
        InputStream plain = file.toString().endsWith(".xz") ? new XZInputStream(bytes) : bytes;
        var lines = new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && Json.parse(line) instanceof ObjectValue row) rows.add(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
    return rows;
  }

  /// Writes rows whole or not at all.
  static void write(Path file, List<? extends Json> rows) {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(unfinished, rows.stream().map(Json::write).toList());
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String text(ObjectValue row, String key) {
    return row.get(key).orElse(null) instanceof Json.TextValue(String text) ? text : "";
  }

  public static int integer(ObjectValue row, String key) {
    return row.get(key).orElse(null) instanceof Json.NumberValue(BigDecimal n) ? n.intValue() : 0;
  }

  public static List<Json> list(ObjectValue row, String key) {
    return row.get(key).orElse(null) instanceof Json.ArrayValue(var elements)
        ? elements
        : List.of();
  }
}
