package altiplano.cli;

import altiplano.files.Json;
import altiplano.files.Json.JsonException;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The rows of an `--input`: text (one a line), JSONL, CSV with a header, or a folder (a file is a
/// row).
final class Inputs {
  private Inputs() {}

  /// One row.
  ///
  /// @param source where it is, for errors, such as `reviews.csv line 3`
  /// @param fields by name; a row of plain text has `text` alone
  record Row(String source, Map<String, String> fields) {
    /// Returns a field, which must be there.
    String field(String name) {
      String value = fields.get(name);
      if (value != null) return value;
      throw new CommandException(
          "%s: no field '%s' (found %s). Name it so.".formatted(source, name, fields.keySet()));
    }
  }

  /// Reads all rows of a file, a folder, or standard input for `-`.
  static List<Row> rows(String input, Streams streams) {
    if (input.equals("-")) {
      return lines("standard input", decode("standard input", streams.readAll()));
    }
    Path path = Path.of(input);
    if (Files.isDirectory(path)) return files(path);
    String text = text(path);
    String name = input.toLowerCase(java.util.Locale.ROOT);
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) return jsonLines(input, text);
    return name.endsWith(".csv") ? csv(input, text) : lines(input, text);
  }

  /// As [#rows], but a text file is one row as a whole.
  static List<Row> documents(String input, Streams streams) {
    if (input.equals("-")) {
      return List.of(row("standard input", decode("standard input", streams.readAll())));
    }
    String name = input.toLowerCase(java.util.Locale.ROOT);
    boolean table = name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".csv");
    return table || Files.isDirectory(Path.of(input))
        ? rows(input, streams)
        : List.of(row(input, text(Path.of(input))));
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Reads a file as UTF-8.
  static String text(Path file) {
    return decode(file.toString(), bytes(file));
  }

  static String decode(String source, byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException broken) {
      throw new CommandException(
          source + ": not UTF-8 text. Convert it, as with iconv -f GB18030 -t UTF-8.", broken);
    }
  }

  private static Row row(String source, String text) {
    return new Row(source, Map.of("text", text));
  }

  private static List<Row> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .sorted()
          .map(file -> row(file.toString(), text(file)))
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static List<Row> lines(String source, String text) {
    var rows = new ArrayList<Row>();
    new BufferedReader(new java.io.StringReader(text))
        .lines()
        .forEach(line -> rows.add(row(source + " line " + (rows.size() + 1), line)));
    return rows;
  }

  private static List<Row> jsonLines(String source, String text) {
    var rows = new ArrayList<Row>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (!line.isBlank()) rows.add(jsonLine(source + " line " + number, line));
    }
    return rows;
  }

  private static Row jsonLine(String source, String line) {
    try {
      if (Json.parse(line) instanceof ObjectValue(var members)) {
        var fields = new LinkedHashMap<String, String>();
        members.forEach((name, value) ->
            fields.put(name, value instanceof TextValue(var text) ? text : value.write()));
        return new Row(source, fields);
      }
    } catch (JsonException broken) {
      throw new CommandException(source + ": " + broken.getMessage() + ". Correct it.", broken);
    }
    throw new CommandException(source + ": not a JSON object. Write {\"text\": …} on each line.");
  }

  private static List<Row> csv(String source, String text) {
    List<List<String>> table = Csv.parse(source, text);
    if (table.isEmpty()) return List.of();
    List<String> header = table.getFirst();
    var rows = new ArrayList<Row>();
    for (List<String> cells : table.subList(1, table.size())) {
      String at = source + " row " + (rows.size() + 1);
      if (cells.size() != header.size()) {
        throw new CommandException(
            "%s: %d cells under a header of %d. Quote cells that hold commas."
                .formatted(at, cells.size(), header.size()));
      }
      var fields = new LinkedHashMap<String, String>();
      for (int i = 0; i < cells.size(); i++) fields.put(header.get(i), cells.get(i));
      rows.add(new Row(at, fields));
    }
    return rows;
  }
}
