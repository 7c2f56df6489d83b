package altiplano.model;

import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.ModelFormatException;
import altiplano.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Llama 3.1's hyper-parameters and the article's variants.
///
/// Llama 3.1 itself: Dubey et al. 2024, "The Llama 3 Herd of Models", table 3. Use and training
/// read the same record. A model file holds it under these metadata keys; the `llama.*` ones are
/// GGUF's, the `altiplano.*` ones are written only where a model departs from Llama 3.1:
///
/// | key | value | where it is missing |
/// |---|---|---|
/// | `general.architecture` | `llama` | an error |
/// | `llama.embedding_length` | [#width] | an error |
/// | `llama.block_count` | [#layers] | an error |
/// | `llama.attention.head_count` | [#heads] | an error |
/// | `llama.attention.head_count_kv` | [#keyValueHeads] | as many as heads |
/// | `llama.attention.key_length` | [#headSize] | `llama.rope.dimension_count`, then width / heads |
/// | `llama.feed_forward_length` | [#feedForward] | an error |
/// | `llama.vocab_size` | [#vocabulary] | the length of `tokenizer.ggml.tokens` |
/// | `llama.context_length` | [#contextLength] | an error |
/// | `llama.attention.layer_norm_rms_epsilon` | [#normEpsilon] | 1e-5 |
/// | `llama.attention.layer_norm_epsilon` | the same of a `layer_norm` model | 1e-5 |
/// | `llama.attention.causal` | [#causal] | true |
/// | `llama.rope.freq_base` | [Positions.Rotary#base] | 10000, as in GGUF |
/// | `altiplano.positions` | `rotary`, `learned` | `rotary` |
/// | `altiplano.rope.scaling.factor` | [RotaryScaling#factor] | no scaling |
/// | `altiplano.rope.scaling.low_frequency_factor` | | 1 |
/// | `altiplano.rope.scaling.high_frequency_factor` | | 4 |
/// | `altiplano.rope.scaling.original_context` | | 8192 |
/// | `altiplano.normalization` | `rms_norm`, `layer_norm` | `rms_norm` |
/// | `altiplano.activation` | `swiglu`, `relu`, `gelu` | `swiglu` |
/// | `altiplano.layers_per_group` | [#layersPerGroup] | 1 |
/// | `altiplano.tied_embedding` | [#tiedEmbedding] | whether the file lacks `output.weight` |
///
/// A GGUF file may hold rotary scaling as the tensor `rope_freqs.weight` alone; it then takes the
/// place of [RotaryScaling].
///
/// @param width size of a token's vector, `dim` in Meta's code
/// @param layers number of blocks that a token passes
/// @param heads query heads
/// @param keyValueHeads key-value heads; fewer than `heads` is grouped-query attention, equal is
///   plain multi-head
/// @param headSize size of a head's vector
/// @param feedForward inner width of the feed-forward network
/// @param vocabulary number of token ids
/// @param contextLength most positions of a sequence
/// @param normEpsilon added to the mean square (or variance) in normalisation; 1e-5 for Llama 3.1
/// @param positions how the model knows a token's place
/// @param normalization before each block and at the end
/// @param activation of the feed-forward network
/// @param causal whether a token sees only those before it; false is bidirectional attention
/// @param tiedEmbedding whether the output head is the embedding table
/// @param layersPerGroup how many consecutive layers share one set of weights; 1 shares nothing
public record LlamaConfig(
    int width,
    int layers,
    int heads,
    int keyValueHeads,
    int headSize,
    int feedForward,
    int vocabulary,
    int contextLength,
    float normEpsilon,
    Positions positions,
    Normalization normalization,
    Activation activation,
    boolean causal,
    boolean tiedEmbedding,
    int layersPerGroup) {

  public LlamaConfig {
    inRange("width", width, 1 << 20);
    inRange("layers", layers, 1 << 14);
    inRange("heads", heads, 1 << 14);
    inRange("key-value heads", keyValueHeads, heads);
    inRange("head size", headSize, 1 << 14);
    inRange("feed-forward width", feedForward, 1 << 24);
    inRange("vocabulary", vocabulary, 1 << 24);
    inRange("context length", contextLength, 1 << 26);
    inRange("layers per group", layersPerGroup, layers);
    if (heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          "%d heads do not share %d key-value heads evenly".formatted(heads, keyValueHeads));
    }
    if (positions instanceof Positions.Rotary && headSize % 2 != 0) {
      throw new IllegalArgumentException(
          "rotary embedding turns pairs: a head size of " + headSize + " is odd");
    }
    if (!(normEpsilon >= 0 && normEpsilon < 1)) {
      throw new IllegalArgumentException("a norm epsilon is from 0 to 1, not " + normEpsilon);
    }
  }

  /// How the model knows a token's place.
  public sealed interface Positions {
    /// Rotary embedding (Su et al. 2021).
    ///
    /// @param base theta; 500000 for Llama 3.1
    record Rotary(double base, Optional<RotaryScaling> scaling) implements Positions {
      public Rotary {
        atLeastOne("rotary base", base);
      }
    }

    /// A learned vector a position, added to the embedding, as in GPT-2 and BERT.
    record Learned() implements Positions {}
  }

  /// Llama 3.1's rotary scaling for long contexts.
  ///
  /// @param factor by which long wavelengths are stretched; 8 for Llama 3.1, 32 for 3.2
  /// @param lowFrequencyFactor 1 for Llama 3.1
  /// @param highFrequencyFactor 4 for Llama 3.1
  /// @param originalContext context length before stretching; 8192 for Llama 3.1
  public record RotaryScaling(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext) {
    public RotaryScaling {
      atLeastOne("rotary scaling factor", factor);
      if (!(lowFrequencyFactor > 0
          && highFrequencyFactor > lowFrequencyFactor
          && Double.isFinite(highFrequencyFactor))) {
        throw new IllegalArgumentException(
            "the rotary scaling's high frequency factor %s must exceed the low one %s, above 0"
                .formatted(highFrequencyFactor, lowFrequencyFactor));
      }
      inRange("original context of the rotary scaling", originalContext, 1 << 26);
    }

    /// Returns a scaled frequency: short wavelengths are kept, long ones stretched by [#factor],
    /// those between are blended.
    ///
    /// Meta's llama-models, `apply_scaling`.
    ///
    /// @param frequency radians a position
    public double scale(double frequency) {
      double turns = originalContext * frequency / (2 * Math.PI);
      double kept = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
      kept = Math.clamp(kept, 0, 1);
      return kept * frequency + (1 - kept) * frequency / factor;
    }
  }

  public enum Normalization {
    /// Zhang and Sennrich 2019; Llama's.
    RMS_NORM,
    /// Ba et al. 2016, with bias; the article's.
    LAYER_NORM
  }

  public enum Activation {
    /// Three linears, `down(silu(gate(x)) * up(x))`; Llama's.
    SWIGLU,
    /// Two linears, `down(max(up(x), 0))`; the article's.
    RELU,
    /// Two linears, `down(gelu(up(x)))`; GPT's and BERT's.
    GELU
  }

  /// Returns Llama 3.2's shape of 1B parameters.
  public static LlamaConfig llama1b() {
    return llama(2048, 16, 32, 64, 8192, 32, true);
  }

  /// Returns Llama 3.2's shape of 3B parameters.
  public static LlamaConfig llama3b() {
    return llama(3072, 28, 24, 128, 8192, 32, true);
  }

  /// Returns Llama 3.1's shape of 8B parameters.
  public static LlamaConfig llama8b() {
    return llama(4096, 32, 32, 128, 14336, 8, false);
  }

  /// Returns Llama 3.1's shape of 70B parameters.
  public static LlamaConfig llama70b() {
    return llama(8192, 80, 64, 128, 28672, 8, false);
  }

  /// Returns Llama 3.1's shape of 405B parameters.
  public static LlamaConfig llama405b() {
    return llama(16384, 126, 128, 128, 53248, 8, false);
  }

  private static LlamaConfig llama(
      int width,
      int layers,
      int heads,
      int headSize,
      int feedForward,
      int ropeFactor,
      boolean tiedEmbedding) {
    return new LlamaConfig(
        width,
        layers,
        heads,
        8,
        headSize,
        feedForward,
        128256,
        131072,
        1e-5f,
        new Positions.Rotary(500000, Optional.of(new RotaryScaling(ropeFactor, 1, 4, 8192))),
        Normalization.RMS_NORM,
        Activation.SWIGLU,
        true,
        tiedEmbedding,
        1);
  }

  /// Reads the configuration of a model file.
  ///
  /// @throws ModelFormatException if a key is missing or a value is impossible
  public static LlamaConfig from(ModelFile file) {
    var metadata = file.metadata();
    if (metadata.bool("altiplano.tied_embedding").isEmpty()) {
      boolean tied = !file.tensors().containsKey("output.weight");
      metadata = metadata.with("altiplano.tied_embedding", tied);
    }
    return from(metadata, file.path());
  }

  /// Reads the configuration that metadata describe.
  ///
  /// @param source named in errors
  /// @throws ModelFormatException if a key is missing or a value is impossible
  public static LlamaConfig from(Metadata metadata, Path source) {
    var settings = new Settings(metadata, source);
    refuseWhatIsNotComputed(settings);
    int width = settings.size("llama.embedding_length");
    int heads = settings.size("llama.attention.head_count");
    var normalization = settings.choice("altiplano.normalization", Normalization.RMS_NORM);
    try {
      return new LlamaConfig(
          width,
          settings.size("llama.block_count"),
          heads,
          settings.optionalSize("llama.attention.head_count_kv").orElse(heads),
          headSize(settings, width, heads),
          settings.size("llama.feed_forward_length"),
          settings
              .optionalSize("llama.vocab_size")
              .orElseGet(() -> settings.texts("tokenizer.ggml.tokens").size()),
          settings.size("llama.context_length"),
          settings.number(epsilonKey(normalization)).orElse(1e-5).floatValue(),
          positions(settings),
          normalization,
          settings.choice("altiplano.activation", Activation.SWIGLU),
          settings.flag("llama.attention.causal", true),
          settings.flag("altiplano.tied_embedding", false),
          settings.optionalSize("altiplano.layers_per_group").orElse(1));
    } catch (IllegalArgumentException impossible) {
      throw new ModelFormatException(
          source,
          "metadata keys llama.* and altiplano.*",
          String.valueOf(impossible.getMessage()),
          "Convert the model again.");
    }
  }

  /// Returns the keys under which a model file holds this configuration.
  public Metadata toMetadata() {
    var values = new LinkedHashMap<String, Object>();
    values.put("general.architecture", "llama");
    values.put("llama.embedding_length", (long) width);
    values.put("llama.block_count", (long) layers);
    values.put("llama.attention.head_count", (long) heads);
    values.put("llama.attention.head_count_kv", (long) keyValueHeads);
    values.put("llama.attention.key_length", (long) headSize);
    values.put("llama.attention.value_length", (long) headSize);
    // Also where nothing turns: a Hugging Face folder knows the size of heads by this key alone.
    values.put("llama.rope.dimension_count", (long) headSize);
    values.put("llama.feed_forward_length", (long) feedForward);
    values.put("llama.vocab_size", (long) vocabulary);
    values.put("llama.context_length", (long) contextLength);
    values.put(epsilonKey(normalization), normEpsilon);
    switch (positions) {
      case Positions.Rotary(double base, var scaling) -> {
        values.put("llama.rope.freq_base", (float) base);
        scaling.ifPresent(s -> {
          values.put("altiplano.rope.scaling.factor", s.factor);
          values.put("altiplano.rope.scaling.low_frequency_factor", s.lowFrequencyFactor);
          values.put("altiplano.rope.scaling.high_frequency_factor", s.highFrequencyFactor);
          values.put("altiplano.rope.scaling.original_context", (long) s.originalContext);
        });
      }
      case Positions.Learned() -> values.put("altiplano.positions", "learned");
    }
    if (normalization != Normalization.RMS_NORM) {
      values.put("altiplano.normalization", Settings.label(normalization));
    }
    if (activation != Activation.SWIGLU) {
      values.put("altiplano.activation", Settings.label(activation));
    }
    if (!causal) values.put("llama.attention.causal", false);
    if (layersPerGroup != 1) values.put("altiplano.layers_per_group", (long) layersPerGroup);
    values.put("altiplano.tied_embedding", tiedEmbedding);
    return new Metadata(values);
  }

  /// Returns the name and shape of every tensor that a model of this configuration must have.
  ///
  /// Names and order are GGUF's. A file may have more: biases of linears, `rope_freqs.weight`, and
  /// the tensors of its heads ([Head]).
  public Map<String, Shape> tensors() {
    var shapes = new LinkedHashMap<String, Shape>();
    shapes.put("token_embd.weight", Shape.of(vocabulary, width));
    if (positions instanceof Positions.Learned) {
      shapes.put("position_embd.weight", Shape.of(contextLength, width));
    }
    for (int block = 0; block < blocks(); block++) {
      var name = "blk." + block + ".";
      putNorm(shapes, name + "attn_norm");
      shapes.put(name + "attn_q.weight", Shape.of(queryWidth(), width));
      shapes.put(name + "attn_k.weight", Shape.of(keyValueWidth(), width));
      shapes.put(name + "attn_v.weight", Shape.of(keyValueWidth(), width));
      shapes.put(name + "attn_output.weight", Shape.of(width, queryWidth()));
      putNorm(shapes, name + "ffn_norm");
      if (activation == Activation.SWIGLU) {
        shapes.put(name + "ffn_gate.weight", Shape.of(feedForward, width));
      }
      shapes.put(name + "ffn_up.weight", Shape.of(feedForward, width));
      shapes.put(name + "ffn_down.weight", Shape.of(width, feedForward));
    }
    putNorm(shapes, "output_norm");
    if (!tiedEmbedding) shapes.put("output.weight", Shape.of(vocabulary, width));
    return shapes;
  }

  private void putNorm(Map<String, Shape> shapes, String name) {
    shapes.put(name + ".weight", Shape.of(width));
    if (normalization == Normalization.LAYER_NORM) shapes.put(name + ".bias", Shape.of(width));
  }

  /// Returns the number of weights, each counted once.
  public long parameters() {
    return tensors().values().stream().mapToLong(Shape::elements).sum();
  }

  /// Returns the size of a token's queries over all heads.
  public int queryWidth() {
    return heads * headSize;
  }

  /// Returns the size of a token's keys, and of its values, over all heads.
  public int keyValueWidth() {
    return keyValueHeads * headSize;
  }

  /// Returns the number of different blocks of weights: `ceil(layers / layersPerGroup)`.
  public int blocks() {
    return Math.ceilDiv(layers, layersPerGroup);
  }

  /// Returns the block whose weights layer `layer` uses.
  public int block(int layer) {
    return layer / layersPerGroup;
  }

  private static String epsilonKey(Normalization normalization) {
    return switch (normalization) {
      case RMS_NORM -> "llama.attention.layer_norm_rms_epsilon";
      case LAYER_NORM -> "llama.attention.layer_norm_epsilon";
    };
  }

  private static int headSize(Settings settings, int width, int heads) {
    var turned = settings.optionalSize("llama.rope.dimension_count");
    var given = settings.optionalSize("llama.attention.key_length");
    if (given.isEmpty() && turned.isEmpty() && (heads < 1 || width % heads != 0)) {
      throw settings.broken(
          "llama.attention.key_length",
          "the key is missing, and a width of %d is no multiple of %d heads"
              .formatted(width, heads),
          "Convert the model again.");
    }
    int size = given.orElseGet(() -> turned.orElseGet(() -> width / heads));
    requireEqual(settings, "llama.rope.dimension_count", size);
    requireEqual(settings, "llama.attention.value_length", size);
    return size;
  }

  private static void requireEqual(Settings settings, String key, int headSize) {
    int found = settings.optionalSize(key).orElse(headSize);
    if (found != headSize) {
      throw settings.broken(
          key,
          "%d differs from the head size %d".formatted(found, headSize),
          "Llama's heads have one size for keys and values, and turn wholly.");
    }
  }

  private static Positions positions(Settings settings) {
    enum Kind {
      ROTARY,
      LEARNED
    }
    return switch (settings.choice("altiplano.positions", Kind.ROTARY)) {
      case LEARNED -> new Positions.Learned();
      case ROTARY -> {
        var scaling =
            settings
                .number("altiplano.rope.scaling.factor")
                .map(factor ->
                    new RotaryScaling(
                        factor,
                        settings.number("altiplano.rope.scaling.low_frequency_factor").orElse(1.0),
                        settings.number("altiplano.rope.scaling.high_frequency_factor").orElse(4.0),
                        settings
                            .optionalSize("altiplano.rope.scaling.original_context")
                            .orElse(8192)));
        yield new Positions.Rotary(
            settings.number("llama.rope.freq_base").orElse(10000.0), scaling);
      }
    };
  }

  /// What would load and then give wrong numbers is refused by name.
  private static void refuseWhatIsNotComputed(Settings settings) {
    var architecture = settings.text("general.architecture").orElse("missing");
    if (!architecture.equals("llama")) {
      throw settings.broken(
          "general.architecture",
          "the architecture is " + architecture + ", not llama",
          "Altiplano runs models of Llama 3's architecture.");
    }
    var scaling = settings.text("llama.rope.scaling.type").orElse("none");
    if (!scaling.equals("none") && !scaling.equals("llama3")) {
      throw settings.broken(
          "llama.rope.scaling.type",
          "rotary scaling of type " + scaling + " is not computed",
          "Altiplano knows Llama 3.1's, from rope_freqs.weight or altiplano.rope.scaling.*.");
    }
    if (settings.optionalSize("llama.expert_count").orElse(0) > 0) {
      throw settings.broken(
          "llama.expert_count", "a mixture of experts is not computed", "Take a dense model.");
    }
  }

  private static void inRange(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "%s is from 1 to %,d, not %,d".formatted(name, most, value));
    }
  }

  private static void atLeastOne(String name, double value) {
    if (!(value >= 1 && Double.isFinite(value))) {
      throw new IllegalArgumentException("%s is at least 1, not %s".formatted(name, value));
    }
  }
}
