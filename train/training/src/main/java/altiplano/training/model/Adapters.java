package altiplano.training.model;

import altiplano.files.HuggingFaceFolder;
import altiplano.files.Json;
import altiplano.training.torch.Tensor;
import altiplano.training.torch.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Low-rank adapters: `W + alpha / rank * B A` in place of `W`, which stays as it is.
///
/// LoRA (Hu et al. 2021); with a magnitude, DoRA (Liu et al. 2024): the sum's rows are brought to
/// length one and scaled by a trained vector. The sum is made before it is used, so that a merged
/// model and an adapted one are the same by construction.
public final class Adapters {
  private static final String A = ".lora_a";
  private static final String B = ".lora_b";
  private static final String MAGNITUDE = ".lora_magnitude";

  private Adapters() {}

  /// Which linears are adapted, and how.
  ///
  /// @param alpha the update is scaled by `alpha / rank`
  /// @param magnitude whether direction and magnitude are trained apart
  /// @param targets names of linears, such as `attn_q`
  public record Adapter(int rank, double alpha, boolean magnitude, List<String> targets) {
    private boolean covers(String weight) {
      return targets.stream().anyMatch(target -> weight.endsWith("." + target + ".weight"));
    }
  }

  /// Freezes all parameters but those of heads and adds adapters that change nothing yet.
  public static void add(Parameters parameters, Adapter adapter, long seed) {
    altiplano.training.torch.Torch.seed(seed);
    var weights = List.copyOf(parameters.all().keySet());
    parameters.freeze();
    for (String name : weights) {
      if (name.startsWith("head.")) parameters.get(name).requireGradient();
      if (!adapter.covers(name)) continue;
      Tensor weight = parameters.get(name);
      parameters.addNormal(
          name + A, 1 / Math.sqrt((double) weight.size(1)), adapter.rank, weight.size(1));
      parameters.addZeros(name + B, weight.size(0), adapter.rank);
      if (adapter.magnitude) parameters.add(name + MAGNITUDE, rowNorms(weight).detach().copy());
    }
  }

  static boolean isPart(String name) {
    return name.endsWith(A) || name.endsWith(B) || name.endsWith(MAGNITUDE);
  }

  /// Returns the weight that is used in place of `name`, float32.
  static Tensor apply(Parameters parameters, String name, Adapter adapter) {
    Tensor weight = parameters.get(name);
    if (!parameters.has(name + A)) return weight;
    var update = parameters.get(name + B).matmul(parameters.get(name + A));
    var sum = weight.plus(update.times(adapter.alpha / adapter.rank));
    if (!adapter.magnitude) return sum;
    var scale = parameters.get(name + MAGNITUDE).dividedBy(rowNorms(sum));
    return sum.times(scale.unsqueeze(1));
  }

  private static Tensor rowNorms(Tensor weight) {
    return weight.square().sum(1, false).sqrt();
  }

  /// Writes the adapters as PEFT lays them out.
  public static void write(
      Path folder, Parameters parameters, Adapter adapter, Optional<String> base, int headSize)
      throws IOException {
    Files.createDirectories(folder);
    var tensors = new LinkedHashMap<String, Tensor>();
    parameters
        .all()
        .forEach((name, tensor) -> {
          if (isPart(name)) tensors.put(peftName(name), halfSplit(name, tensor, headSize));
        });
    TensorFile.write(folder.resolve("adapter_model.safetensors"), tensors);
    var modules =
        adapter.targets.stream()
            .map(target -> Json.of(module("blk.0." + target).replaceFirst(".*\\.", "")))
            .toList();
    var json =
        Json.object()
            .put("peft_type", "LORA")
            .put("task_type", "CAUSAL_LM")
            .put("base_model_name_or_path", base.orElse(""))
            .put("r", adapter.rank)
            .put("lora_alpha", adapter.alpha)
            .put("lora_dropout", 0.0)
            .put("use_dora", adapter.magnitude)
            .put("use_rslora", false)
            .put("bias", "none")
            .put("fan_in_fan_out", false)
            .put("inference_mode", true)
            .put("target_modules", new Json.ArrayValue(modules))
            .end();
    Files.writeString(folder.resolve("adapter_config.json"), json.writeIndented() + "\n");
  }

  /// `blk.0.attn_q.weight.lora_a` is
  /// `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`.
  private static String peftName(String name) {
    String linear = name.substring(0, name.indexOf(".weight."));
    String suffix =
        name.endsWith(A)
            ? "lora_A.weight"
            : name.endsWith(B) ? "lora_B.weight" : "lora_magnitude_vector";
    return "base_model.model.%s.%s".formatted(module(linear), suffix);
  }

  /// Returns the name of a linear in Hugging Face's models.
  private static String module(String linear) {
    String weight = HuggingFaceFolder.folderName(linear + ".weight");
    return weight.substring(0, weight.length() - ".weight".length());
  }

  /// Returns rows of queries and keys in Hugging Face's order: each head's halves turn together.
  private static Tensor halfSplit(String name, Tensor tensor, int headSize) {
    boolean turned = name.contains(".attn_q.") || name.contains(".attn_k.");
    if (!turned || name.endsWith(A)) return tensor;
    long columns = tensor.elements() / tensor.size(0);
    return tensor
        .detach()
        .reshape(tensor.size(0) / headSize, headSize / 2, 2, columns)
        .transpose(1, 2)
        .reshape(tensor.shape());
  }
}
