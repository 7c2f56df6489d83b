package altiplano.files;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The names that tensors have in GGUF and in a Hugging Face folder.
///
/// A name that neither list has (the tensors of heads) is the same in both.
final class HuggingFaceNames {
  private static final Map<String, String> OUTER =
      Map.of(
          "token_embd", "model.embed_tokens",
          "position_embd", "model.embed_positions",
          "output_norm", "model.norm",
          "output", "lm_head");

  private static final Map<String, String> IN_BLOCK =
      Map.of(
          "attn_norm", "input_layernorm",
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_norm", "post_attention_layernorm",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");

  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\.(\\w+)\\.(weight|bias)");
  private static final Pattern LAYER =
      Pattern.compile("model\\.layers\\.(\\d+)\\.([\\w.]+)\\.(weight|bias)");
  private static final Pattern OTHER = Pattern.compile("([\\w.]+)\\.(weight|bias)");

  private HuggingFaceNames() {}

  static String toGguf(String name) {
    var layer = LAYER.matcher(name);
    if (layer.matches()) {
      return key(IN_BLOCK, layer.group(2))
          .map(part -> "blk.%s.%s.%s".formatted(layer.group(1), part, layer.group(3)))
          .orElse(name);
    }
    var other = OTHER.matcher(name);
    return other.matches()
        ? key(OUTER, other.group(1)).map(part -> part + "." + other.group(2)).orElse(name)
        : name;
  }

  static String fromGguf(String name) {
    var block = BLOCK.matcher(name);
    if (block.matches()) {
      return Optional.ofNullable(IN_BLOCK.get(block.group(2)))
          .map(part -> "model.layers.%s.%s.%s".formatted(block.group(1), part, block.group(3)))
          .orElse(name);
    }
    var other = OTHER.matcher(name);
    return other.matches()
        ? Optional.ofNullable(OUTER.get(other.group(1)))
            .map(part -> part + "." + other.group(2))
            .orElse(name)
        : name;
  }

  private static Optional<String> key(Map<String, String> names, String value) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
