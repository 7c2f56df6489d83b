package altiplano.files;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Small sound files for a fuzzer to start from, and what it asks of an error.
public final class FuzzSeeds {
  private FuzzSeeds() {}

  /// Writes the seeds of `gguf` or `safetensors` to a folder.
  public static void main(String... arguments) throws IOException {
    var folder = Files.createDirectories(Path.of(arguments[1]));
    var seeds =
        switch (arguments[0]) {
          case "gguf" -> gguf(folder);
          case "safetensors" -> safetensors();
          default -> throw new IllegalArgumentException("gguf or safetensors");
        };
    for (var seed : seeds.entrySet()) Files.write(folder.resolve(seed.getKey()), seed.getValue());
  }

  /// One file with values of every kind, and one tensor of every type that fits few bytes.
  static Map<String, byte[]> gguf(Path folder) throws IOException {
    var values = new LinkedHashMap<String, Object>();
    values.put("general.architecture", "llama");
    values.put("a", -1L);
    values.put("b", List.of(true, false));
    values.put("c", List.of("x", "\u00e9"));
    values.put("d", List.of(List.of(1L)));
    values.put("e", 0.5f);
    values.put("f", 1L << 40);
    var seeds = new LinkedHashMap<String, byte[]>();
    for (var alignment : List.of(8L, 32L)) {
      values.put("general.alignment", alignment);
      var tensors = new ArrayList<OutgoingTensor>();
      for (var type : List.of(ElementType.F32, ElementType.F16, ElementType.Q8_0)) {
        int rows = alignment == 8 ? 1 : 2;
        tensors.add(
            OutgoingTensor.of(type.name(), type, Shape.of(rows, 32), () -> new float[rows * 32]));
      }
      var file = folder.resolve("seed.gguf");
      GgufWriter.write(file, new Metadata(values), tensors, _ -> {});
      seeds.put("alignment-" + alignment, Files.readAllBytes(file));
      Files.delete(file);
    }
    return seeds;
  }

  static Map<String, byte[]> safetensors() {
    return Map.of(
        "two",
        safetensors(
            "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],"
                + "\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"BF16\",\"shape\":[3],"
                + "\"data_offsets\":[8,14]}}",
            14),
        "one",
        safetensors("{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2));
  }

  private static byte[] safetensors(String header, int dataBytes) {
    var bytes = new byte[Long.BYTES + header.length() + dataBytes];
    bytes[0] = (byte) header.length();
    bytes[1] = (byte) (header.length() >> 8);
    var text = header.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, bytes, Long.BYTES, text.length);
    return bytes;
  }

  /// Throws unless the message names the file and ends in a remedy.
  static void checkMessage(ModelFormatException refused, Path file) {
    var message = String.valueOf(refused.getMessage());
    if (!message.startsWith(file + ": ") || !message.endsWith(".")) {
      throw new AssertionError("a message without file or remedy: " + message, refused);
    }
  }
}
