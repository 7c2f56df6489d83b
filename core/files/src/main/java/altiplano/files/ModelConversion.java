package altiplano.files;

import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Writes a model in another format: every value is kept, matrices keep their type.
///
/// GGUF's engines want vectors in float32, so those of a folder are widened; a metadata key of ours
/// remembers their types, and the way back narrows them again.
public final class ModelConversion {
  /// Ours: vectors that stood in a narrower type in the folder, as `NAME TYPE`.
  static final String NARROW = "altiplano.huggingface.narrow_vectors";

  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\.(.*)");

  /// Tensors before and after the blocks, and inside one, in the order of a forward pass.
  private static final List<String> ORDER =
      List.of(
          "rope_freqs.",
          "token_embd.",
          "position_embd.",
          "attn_norm.",
          "attn_q.",
          "attn_k.",
          "attn_v.",
          "attn_output.",
          "ffn_norm.",
          "ffn_gate.",
          "ffn_up.",
          "ffn_down.",
          "output_norm.",
          "output.");

  private ModelConversion() {}

  /// Writes `model` to `output`.
  ///
  /// @throws ModelFormatException if the other format cannot hold all of the model
  /// @throws java.io.UncheckedIOException if writing fails; what was there before is then left
  public static void convert(ModelFile model, ModelOutput output) {
    output.checkFree(model);
    if (output.gguf()) {
      var tensors =
          inOrder(model).stream()
              .map(name -> widened(name, model.tensor(name)).from(model))
              .toList();
      output.write(ggufMetadata(model, mainType(model.tensors())), tensors);
    } else {
      output.write(
          folderMetadata(model),
          folderTensors(model).stream().map(tensor -> tensor.from(model)).toList());
    }
  }

  /// Returns a model's metadata with what GGUF's engines ask for beside them.
  ///
  /// @param type of most weights in the new file
  static Metadata ggufMetadata(ModelFile model, ElementType type) {
    var values = new LinkedHashMap<String, Object>();
    values.put("general.architecture", "llama");
    values.put("general.file_type", 0L);
    values.put("general.quantization_version", 2L);
    values.putAll(model.metadata().values());
    values.put("general.file_type", fileType(type));
    values.remove(GgufHeader.ALIGNMENT);
    var narrow = new ArrayList<String>();
    model
        .tensors()
        .forEach((name, tensor) -> {
          if (vector(tensor) && tensor.type() != ElementType.F32) {
            narrow.add(name + " " + tensor.type());
          }
        });
    if (!narrow.isEmpty()) values.put(NARROW, narrow);
    return new Metadata(values);
  }

  private static long fileType(ElementType type) {
    return switch (type) {
      case F32 -> 0;
      case F16 -> 1;
      case Q4_0 -> 2;
      case Q4_1 -> 3;
      case Q8_0 -> 7;
      case Q5_0 -> 8;
      case Q5_1 -> 9;
      case Q2_K -> 10;
      case Q3_K -> 11;
      case Q4_K -> 14;
      case Q5_K -> 16;
      case Q6_K -> 18;
      case BF16 -> 32;
    };
  }

  private static ElementType mainType(Map<String, Tensor> tensors) {
    var elements = new HashMap<ElementType, Long>();
    tensors
        .values()
        .forEach(tensor -> elements.merge(tensor.type(), tensor.shape().elements(), Long::sum));
    return elements.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(ElementType.F32);
  }

  /// Returns the names of a model's tensors: a GGUF file's own order, else that of a forward pass.
  static List<String> inOrder(ModelFile model) {
    var names = new ArrayList<>(model.tensors().keySet());
    if (!model.format().equals("gguf")) {
      names.sort(
          Comparator.comparingInt(ModelConversion::block)
              .thenComparingInt(ModelConversion::rank)
              .thenComparing(Comparator.naturalOrder()));
    }
    return names;
  }

  static OutgoingTensor widened(String name, Tensor tensor) {
    return vector(tensor)
        ? OutgoingTensor.of(name, ElementType.F32, tensor.shape(), tensor::toFloats)
        : OutgoingTensor.of(name, tensor);
  }

  static boolean vector(Tensor tensor) {
    return tensor.shape().dimensions().size() == 1;
  }

  private static int block(String name) {
    var block = BLOCK.matcher(name);
    if (block.matches()) return Integer.parseInt(block.group(1));
    // Outer tensors stand before or after all blocks.
    return rank(name) < ORDER.indexOf("attn_norm.") ? -1 : Integer.MAX_VALUE;
  }

  private static int rank(String name) {
    var block = BLOCK.matcher(name);
    var part = block.matches() ? block.group(2) : name;
    for (int i = 0; i < ORDER.size(); i++) if (part.startsWith(ORDER.get(i))) return i;
    return ORDER.size();
  }

  private static Metadata folderMetadata(ModelFile model) {
    var metadata = model.metadata();
    var architecture = metadata.text("general.architecture").orElse("none");
    if (!architecture.equals("llama")) {
      throw new ModelFormatException(
          model.path(),
          "key general.architecture",
          "a model of architecture %s; only llama can be written as a folder"
              .formatted(architecture),
          "Keep it as GGUF.");
    }
    var values = new LinkedHashMap<>(metadata.values());
    values.remove(NARROW);
    // GGUF has the factors of the scaling, a folder its parameters.
    if (model.tensors().containsKey(HuggingFaceFolder.ROPE_FREQS)
        && RotaryScaling.from(metadata).isEmpty()) {
      var scaling =
          RotaryScaling.thatMakes(
                  model.tensor(HuggingFaceFolder.ROPE_FREQS).toFloats(),
                  metadata.number(HuggingFaceConfig.FREQUENCY_BASE).orElse(10_000))
              .orElseThrow(() ->
                  new ModelFormatException(
                      model.path(),
                      "tensor " + HuggingFaceFolder.ROPE_FREQS,
                      "the rotary factors are not those of Llama 3.1's scaling, and a folder"
                          + " has no place for others",
                      "Keep it as GGUF."));
      scaling.putInto(values);
    }
    values.putIfAbsent(HuggingFaceConfig.TIED, !model.tensors().containsKey("output.weight"));
    return new Metadata(values);
  }

  private static List<OutgoingTensor> folderTensors(ModelFile model) {
    var narrow = new HashMap<String, ElementType>();
    for (var entry : model.metadata().texts(NARROW).orElse(List.of())) {
      int space = entry.lastIndexOf(' ');
      for (var type : List.of(ElementType.F16, ElementType.BF16)) {
        if (entry.substring(space + 1).equals(type.name())) {
          narrow.put(entry.substring(0, Math.max(space, 0)), type);
        }
      }
    }
    var tensors = new ArrayList<OutgoingTensor>();
    for (var named : model.tensors().entrySet()) {
      var tensor = named.getValue();
      if (tensor.type().quantised()) {
        throw new ModelFormatException(
            model.path(),
            "tensor " + named.getKey(),
            "it is %s, and a folder holds F32, F16 and BF16".formatted(tensor.type()),
            "Decode it first: altiplano quantize IN OUT.gguf --type bf16.");
      }
      var type = narrow.getOrDefault(named.getKey(), tensor.type());
      tensors.add(
          fits(tensor, type)
              ? OutgoingTensor.of(named.getKey(), type, tensor.shape(), tensor::toFloats)
              : OutgoingTensor.of(named.getKey(), tensor));
    }
    return tensors;
  }

  /// Returns whether a vector keeps all its values in a narrower type.
  private static boolean fits(Tensor tensor, ElementType type) {
    if (!vector(tensor) || type == tensor.type()) return false;
    for (float value : tensor.toFloats()) {
      boolean exact =
          type == ElementType.BF16
              ? (Float.floatToRawIntBits(value) & 0xFFFF) == 0
              : Float.float16ToFloat(Float.floatToFloat16(value)) == value;
      if (!exact) return false;
    }
    return true;
  }
}
