package altiplano.model;

import altiplano.files.HuggingFaceFolder;
import altiplano.files.Json;
import altiplano.files.ModelFile;
import altiplano.files.ModelFormatException;
import altiplano.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A low-rank adapter in PEFT's layout: a folder with `adapter_config.json` and
/// `adapter_model.safetensors`.
///
/// LoRA (Hu et al. 2021) adds `scale · B A` to a weight; DoRA (Liu et al. 2024) then brings the
/// rows of the sum to trained lengths.
///
/// @param parts by the linears' GGUF names, such as `blk.0.attn_q`
record PeftAdapter(Path folder, Map<String, Part> parts) {
  private static final String CONFIG = "adapter_config.json";
  private static final String TENSORS = "adapter_model.safetensors";
  private static final Pattern NAME =
      Pattern.compile(
          "(?:base_model\\.model\\.)?(.+)\\.lora_(A|B|magnitude_vector)(?:\\.default)?(?:\\.weight)?");

  /// What is added to one linear. Rows of queries and keys are in GGUF's order.
  ///
  /// @param a `[rank, columns]`
  /// @param b `[rows, rank]`, times the adapter's scale
  /// @param lengths `[rows]` of the sum's rows; empty for LoRA
  record Part(float[] a, float[] b, int rank, Optional<float[]> lengths) {
    int rows() {
      return b.length / rank;
    }

    int columns() {
      return a.length / rank;
    }
  }

  /// Reads an adapter.
  ///
  /// @param headSize of the model that it was trained on
  /// @throws ModelFormatException if it is broken or of a kind that is not computed
  static PeftAdapter read(Path folder, int headSize) {
    var settings = settings(folder);
    double alpha = number(folder, settings, "lora_alpha");
    boolean rootScale = flag(settings, "use_rslora");
    var raw = new TreeMap<String, Map<String, Tensor>>();
    var parts = new TreeMap<String, Part>();
    try (var file = ModelFile.open(folder.resolve(TENSORS))) {
      file.tensors()
          .forEach((name, tensor) -> {
            var matcher = NAME.matcher(name);
            if (!matcher.matches()) {
              throw broken(folder, "tensor " + name, "it is no part of a low-rank adapter");
            }
            raw.computeIfAbsent(linear(matcher.group(1)), key -> new HashMap<>())
                .put(matcher.group(2), tensor);
          });
      raw.forEach((name, tensors) ->
          parts.put(name, part(folder, name, tensors, alpha, rootScale, headSize)));
    }
    if (parts.isEmpty()) throw broken(folder, TENSORS, "it holds no adapter");
    return new PeftAdapter(folder, parts);
  }

  private static String linear(String module) {
    String name = HuggingFaceFolder.ggufName(module + ".weight");
    return name.substring(0, name.length() - ".weight".length());
  }

  private static Part part(
      Path folder,
      String name,
      Map<String, Tensor> tensors,
      double alpha,
      boolean rootScale,
      int headSize) {
    var a = tensors.get("A");
    var b = tensors.get("B");
    if (a == null || b == null) throw broken(folder, name, "lora_A or lora_B is missing");
    int rank = Math.toIntExact(a.shape().rows());
    if (b.shape().dimensions().size() != 2 || b.shape().dimensions().get(1) != rank) {
      throw broken(
          folder, name, "lora_A %s and lora_B %s do not fit".formatted(a.shape(), b.shape()));
    }
    double scale = alpha / (rootScale ? Math.sqrt(rank) : rank);
    float[] up = b.toFloats();
    for (int i = 0; i < up.length; i++) up[i] = (float) (up[i] * scale);
    boolean turned = name.endsWith(".attn_q") || name.endsWith(".attn_k");
    var lengths = Optional.ofNullable(tensors.get("magnitude_vector")).map(Tensor::toFloats);
    return new Part(
        a.toFloats(),
        turned ? interleaved(up, rank, headSize) : up,
        rank,
        turned ? lengths.map(values -> interleaved(values, 1, headSize)) : lengths);
  }

  /// Hugging Face splits a head in halves; GGUF keeps the pairs that turn together adjacent.
  private static float[] interleaved(float[] values, int columns, int headSize) {
    if (values.length / columns % headSize != 0) return values; // of another model: refused later
    var copy = new float[values.length];
    int half = headSize / 2;
    for (int row = 0; row < values.length / columns; row++) {
      int inHead = row % headSize;
      int source = row - inHead + inHead / 2 + inHead % 2 * half;
      System.arraycopy(values, source * columns, copy, row * columns, columns);
    }
    return copy;
  }

  private static Json.ObjectValue settings(Path folder) {
    try {
      if (!(Json.parse(Files.readString(folder.resolve(CONFIG))) instanceof Json.ObjectValue all)) {
        throw broken(folder, CONFIG, "it is no JSON object");
      }
      refuse(folder, all, "peft_type", Json.of("LORA"));
      refuse(folder, all, "bias", Json.of("none"));
      if (flag(all, "fan_in_fan_out")) {
        throw broken(folder, CONFIG, "fan_in_fan_out is not computed");
      }
      for (String key : new String[] {"alpha_pattern", "modules_to_save", "layer_replication"}) {
        boolean empty =
            switch (all.get(key).orElse(new Json.NullValue())) {
              case Json.NullValue _ -> true;
              case Json.ObjectValue(var members) -> members.isEmpty();
              case Json.ArrayValue(var elements) -> elements.isEmpty();
              default -> false;
            };
        if (!empty) throw broken(folder, CONFIG, key + " is not computed");
      }
      return all;
    } catch (NoSuchFileException missing) {
      throw broken(folder, CONFIG, "there is no such file");
    } catch (Json.JsonException unreadable) {
      throw broken(folder, CONFIG, String.valueOf(unreadable.getMessage()));
    } catch (IOException failed) {
      throw new UncheckedIOException(folder + ": cannot be read: " + failed.getMessage(), failed);
    }
  }

  private static void refuse(Path folder, Json.ObjectValue all, String key, Json wanted) {
    var found = all.get(key).orElse(wanted);
    if (!found.equals(wanted)) {
      throw broken(
          folder, CONFIG, "%s is %s, not %s".formatted(key, found.write(), wanted.write()));
    }
  }

  private static boolean flag(Json.ObjectValue all, String key) {
    return all.get(key).orElse(null) instanceof Json.BoolValue(boolean value) && value;
  }

  private static double number(Path folder, Json.ObjectValue all, String key) {
    if (all.get(key).orElse(null) instanceof Json.NumberValue(var value)) {
      return value.doubleValue();
    }
    throw broken(folder, CONFIG, key + " is missing");
  }

  private static ModelFormatException broken(Path folder, String where, String problem) {
    return new ModelFormatException(
        folder, where, problem, "Give the folder of a LoRA or DoRA adapter, as PEFT saves it.");
  }

  /// Returns the error of an adapter that was trained on another model.
  ModelFormatException otherModel(String name, String problem) {
    return new ModelFormatException(
        folder, "adapter of " + name, problem, "Take the model that it was trained on.");
  }

  /// Adds what this adapter computes to a digest.
  void addTo(MessageDigest digest) {
    parts.forEach((name, part) -> {
      digest.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      update(digest, part.a);
      update(digest, part.b);
      part.lengths.ifPresent(lengths -> update(digest, lengths));
    });
  }

  private static void update(MessageDigest digest, float[] values) {
    var bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    digest.update(bytes);
  }
}
