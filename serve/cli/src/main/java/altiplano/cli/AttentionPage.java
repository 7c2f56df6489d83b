package altiplano.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.Json;
import altiplano.model.AttentionMaps;
import altiplano.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.ResourceBundle;

/// Attention maps as one HTML page that needs nothing else: a text whose tokens show what they look
/// at, and the map of every layer and head.
final class AttentionPage {
  private AttentionPage() {}

  static String of(AttentionMaps maps, Tokenizer tokenizer, int[] ids, ResourceBundle words) {
    Json data =
        Json.object()
            .put(
                "tokens",
                new Json.ArrayValue(
                    Arrays.stream(ids).<Json>mapToObj(id -> Json.of(tokenizer.name(id))).toList()))
            .put("layers", maps.layers())
            .put("heads", maps.heads())
            .put("mean", words.getString("attention.mean"))
            .put("weights", Base64.getEncoder().encodeToString(weights(maps)))
            .end();
    return template()
        .replace("LANGUAGE", words.getString("attention.language"))
        .replace("TITLE", words.getString("attention.title"))
        .replace("EXPLANATION", words.getString("attention.explanation"))
        .replace("LAYER", words.getString("attention.layer"))
        .replace("HEAD", words.getString("attention.head"))
        // A token may be "</script>".
        .replace("DATA", data.write().replace("<", "\\u003c"));
  }

  /// A byte a weight, 255 for 1: `[layers, heads, from, at]`.
  private static byte[] weights(AttentionMaps maps) {
    int tokens = maps.tokens();
    var bytes = new byte[maps.layers() * maps.heads() * tokens * tokens];
    int i = 0;
    for (int layer = 0; layer < maps.layers(); layer++) {
      for (int head = 0; head < maps.heads(); head++) {
        for (int from = 0; from < tokens; from++) {
          for (int at = 0; at < tokens; at++) {
            bytes[i++] = (byte) Math.round(255 * maps.weight(layer, head, from, at));
          }
        }
      }
    }
    return bytes;
  }

  private static String template() {
    try (var page = AttentionPage.class.getResourceAsStream("attention.html")) {
      return new String(Objects.requireNonNull(page, "attention.html").readAllBytes(), UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
