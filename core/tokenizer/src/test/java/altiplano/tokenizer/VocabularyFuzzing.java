package altiplano.tokenizer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the two targets share: a file in memory where there is such a place, and the check.
public final class VocabularyFuzzing {
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Path file;

  VocabularyFuzzing(String name) {
    try {
      var folder =
          Files.isDirectory(MEMORY)
              ? Files.createTempDirectory(MEMORY, "fuzz")
              : Files.createTempDirectory("fuzz");
      file = folder.resolve(name);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void remove(Path folder) {
    try {
      Files.deleteIfExists(file);
      Files.delete(folder);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// Opens `input` as a file, and encodes and decodes a text where it is a vocabulary.
  void open(byte[] input) throws IOException {
    Files.write(file, input);
    try {
      var tokenizer = Tokenizer.open(file);
      tokenizer.decodeToBytes(tokenizer.encodeWithSpecialTokens("a b<s> \u00e9\u4e16"));
    } catch (ModelFormatException refused) {
      var message = String.valueOf(refused.getMessage());
      if (!message.startsWith(file + ": ") || !message.endsWith(".")) {
        throw new AssertionError("a message without file or remedy: " + message, refused);
      }
    } catch (VocabularyException incomplete) {
      // The text has bytes that the vocabulary lacks.
    }
  }

  /// Writes the seeds of `json` or `model` to a folder.
  public static void main(String... arguments) throws IOException {
    var folder = Files.createDirectories(Path.of(arguments[1]));
    var seeds =
        switch (arguments[0]) {
          case "json" -> json();
          case "model" -> model();
          default -> throw new IllegalArgumentException("json or model");
        };
    for (var seed : seeds.entrySet()) Files.write(folder.resolve(seed.getKey()), seed.getValue());
  }

  static Map<String, byte[]> json() {
    var split =
        """
        {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"%s"},\
        "behavior":"Isolated","invert":false},\
        {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}\
        """
            .formatted(altiplano.files.PieceSplit.LLAMA3.regex().replace("\\", "\\\\"));
    var model =
        """
        {"added_tokens":[{"id":4,"content":"<s>","special":true}],"normalizer":null,\
        "pre_tokenizer":%s,"post_processor":{"type":"TemplateProcessing",\
        "single":[{"SpecialToken":{"id":"<s>","type_id":0}}]},\
        "model":{"type":"BPE","dropout":null,"byte_fallback":false,"ignore_merges":true,\
        "vocab":{"a":0,"b":1,"ab":2,"\u0120":3},"merges":[%s]}}\
        """;
    return Map.of(
        "llama3",
        model.formatted(split, "[\"a\",\"b\"]").getBytes(UTF_8),
        "gpt2",
        model.formatted("{\"type\":\"ByteLevel\"}", "\"a b\"").getBytes(UTF_8),
        "empty",
        "{}".getBytes(US_ASCII));
  }

  static Map<String, byte[]> model() {
    var lines = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      var token = Base64.getEncoder().encodeToString(new byte[] {(byte) i});
      lines.append(token).append(' ').append(i).append('\n');
    }
    var seeds = new LinkedHashMap<String, byte[]>();
    seeds.put("one", "YQ== 0\n".getBytes(US_ASCII));
    seeds.put("bytes", lines.toString().getBytes(US_ASCII));
    lines.append("YWI= 256\nYWJi 257\n");
    seeds.put("merged", lines.toString().getBytes(US_ASCII));
    return seeds;
  }
}
