package altiplano.model;

import altiplano.files.Metadata;
import java.nio.file.Path;
import java.util.Optional;

/// Llama 3.1's hyper-parameters and the article's variants.
///
/// Llama 3.1 itself: Dubey et al. 2024, "The Llama 3 Herd of Models", table 3. Use and training
/// read the same record.
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

  /// How the model knows a token's place.
  public sealed interface Positions {
    /// Rotary embedding (Su et al. 2021).
    ///
    /// @param base theta; 500000 for Llama 3.1
    record Rotary(double base, Optional<RotaryScaling> scaling) implements Positions {}

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
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext) {}

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

  /// Reads the configuration of a model file.
  ///
  /// @param source named in errors
  /// @throws altiplano.files.ModelFormatException if a key is missing or a value is impossible
  public static LlamaConfig from(Metadata metadata, Path source) {
    throw new AssertionError("to be written");
  }

  /// Returns the keys under which a model file holds this configuration.
  public Metadata toMetadata() {
    throw new AssertionError("to be written");
  }

  /// Returns the number of different blocks of weights: `ceil(layers / layersPerGroup)`.
  public int blocks() {
    return (layers + layersPerGroup - 1) / layersPerGroup;
  }

  /// Returns the block whose weights layer `layer` uses.
  public int block(int layer) {
    return layer / layersPerGroup;
  }
}
