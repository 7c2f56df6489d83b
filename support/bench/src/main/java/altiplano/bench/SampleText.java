package altiplano.bench;

import altiplano.files.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tukaani.xz.XZInputStream;

/// Real text, some of each kind, from the files in `../shared/data`.
enum SampleText {
  CHINESE("text-zh-novels", "text-zh-articles", "text-zh-laws"),
  ENGLISH("text-en-books", "text-en-modern", "reading-en");

  private static final int BYTES_PER_FILE = 400_000;

  @SuppressWarnings("ImmutableEnumChecker") // never written to
  private final String[] files;

  SampleText(String... files) {
    this.files = files;
  }

  /// Returns documents of about 1.2 MB in all.
  List<String> documents() {
    var documents = new ArrayList<String>();
    for (String file : files)
      documents.addAll(read(Path.of("../shared/data/" + file + ".jsonl.xz")));
    return documents;
  }

  private static List<String> read(Path file) {
    var documents = new ArrayList<String>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new XZInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      int bytes = 0;
      for (String line = lines.readLine();
          line != null && bytes < BYTES_PER_FILE;
          line = lines.readLine()) {
        var row = (Json.ObjectValue) Json.parse(line);
        if (!(row.members().getOrDefault("text", row.members().get("passage"))
            instanceof Json.TextValue(var text))) {
          continue;
        }
        documents.add(text);
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be read; run in the project's root", failed);
    }
    return documents;
  }
}
