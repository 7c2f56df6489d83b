package altiplano.model;

import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Normalization;
import altiplano.model.LlamaConfig.Positions;
import altiplano.model.LlamaConfig.RotaryScaling;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Small models of many shapes, by what is special about them.
final class TestConfigs {
  /// Llama 3.1 in small, with scaling that shows within a few dozen positions.
  static final LlamaConfig LLAMA =
      new LlamaConfig(
          96,
          3,
          6,
          2,
          16,
          112,
          131,
          256,
          1e-5f,
          new Positions.Rotary(10000, Optional.of(new RotaryScaling(8, 1, 4, 64))),
          Normalization.RMS_NORM,
          Activation.SWIGLU,
          true,
          false,
          1);

  /// Layer norm, two linears with ReLU, learned positions, every head with its own keys and values,
  /// bidirectional, layers that share weights.
  static final LlamaConfig ARTICLE =
      new LlamaConfig(
          64,
          4,
          4,
          4,
          16,
          96,
          67,
          128,
          1e-5f,
          new Positions.Learned(),
          Normalization.LAYER_NORM,
          Activation.RELU,
          false,
          true,
          2);

  private TestConfigs() {}

  static Map<String, LlamaConfig> all() {
    var all = new LinkedHashMap<String, LlamaConfig>();
    all.put("Llama 3.1 in small", LLAMA);
    all.put("heads of 32", heads(4, 2, 32));
    all.put("heads of 64 that exceed the width", heads(4, 2, 64));
    all.put("heads of 128 and one for keys and values", heads(2, 1, 128));
    all.put("plain multi-head attention", heads(6, 6, 16));
    all.put("a tied embedding", with("altiplano.tied_embedding", true));
    all.put("rotary factor 32", with("altiplano.rope.scaling.factor", 32.0));
    all.put("rotary embedding without scaling", with("altiplano.rope.scaling.factor", 1.0));
    all.put("learned positions", with("altiplano.positions", "learned"));
    all.put("bidirectional attention", with("llama.attention.causal", false));
    all.put("layers that share weights in twos", with("altiplano.layers_per_group", 2L));
    all.put("one set of weights for all layers", with("altiplano.layers_per_group", 3L));
    all.put("a feed-forward network with gelu", with("altiplano.activation", "gelu"));
    all.put("the article's model", ARTICLE);
    return all;
  }

  /// Returns the small Llama with one value changed.
  static LlamaConfig with(String key, Object value) {
    return LlamaConfig.from(LLAMA.toMetadata().with(key, value), Path.of("test"));
  }

  private static LlamaConfig heads(int heads, int keyValueHeads, int headSize) {
    var metadata =
        LLAMA
            .toMetadata()
            .with("llama.attention.head_count", (long) heads)
            .with("llama.attention.head_count_kv", (long) keyValueHeads)
            .with("llama.attention.key_length", (long) headSize)
            .with("llama.attention.value_length", (long) headSize)
            .with("llama.rope.dimension_count", (long) headSize);
    return LlamaConfig.from(metadata, Path.of("test"));
  }
}
