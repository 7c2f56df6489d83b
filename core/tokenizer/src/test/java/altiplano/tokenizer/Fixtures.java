package altiplano.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.Json;
import altiplano.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/// Rows of text and ids that other engines made.
final class Fixtures {
  private static Optional<Tokenizer> llama3 = Optional.empty();

  private Fixtures() {}

  record Row(String group, String text, int[] ids) {}

  /// Llama 3's own vocabulary.
  static synchronized Tokenizer llama3() {
    if (llama3.isEmpty()) {
      llama3 = Optional.of(Tokenizer.open(Shared.path("llama3/tokenizer.model")));
    }
    return llama3.get();
  }

  static List<Json.ObjectValue> objects(String file) {
    try {
      var array = (Json.ArrayValue) Json.parse(Files.readAllBytes(Shared.path("fixtures/" + file)));
      return array.elements().stream().map(Json.ObjectValue.class::cast).toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static List<Row> rows(String file) {
    return objects(file).stream()
        .map(row ->
            new Row(
                text(row, row.members().containsKey("group") ? "group" : "text"),
                text(row, "text"),
                ids(row)))
        .toList();
  }

  static String text(Json.ObjectValue row, String key) {
    return ((Json.TextValue) row.get(key).orElseThrow()).value();
  }

  static int[] ids(Json.ObjectValue row) {
    return ((Json.ArrayValue) row.get("ids").orElseThrow())
        .elements().stream()
            .mapToInt(id -> ((Json.NumberValue) id).value().intValueExact())
            .toArray();
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
