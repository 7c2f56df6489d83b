package altiplano.model;

import java.util.List;

/// What a model file can hold beside the language-model head: a linear over hidden states.
///
/// Tensors `head.NAME.weight` `[labels, width]` and `head.NAME.bias` `[labels]`; metadata
/// `altiplano.heads` (names), `altiplano.head.NAME.kind`, `.labels`, `.pooling`, `.causal`,
/// `.temperature`.
///
/// @param name such as `sentiment.review`
/// @param labels one an output; for an embedding head the outputs have no names and the list is
///   empty
/// @param pooling which hidden states the head reads
/// @param causal whether the pass below it is causal; false runs the model bidirectionally
/// @param temperature by which logits are divided to make probabilities calibrated; 1 leaves them
public record Head(
    String name,
    Kind kind,
    List<String> labels,
    Pooling pooling,
    boolean causal,
    float temperature) {
  public Head {
    labels = List.copyOf(labels);
  }

  public enum Kind {
    /// One distribution over labels a text.
    CLASSIFICATION,
    /// One distribution over labels a token.
    TOKEN_LABELS,
    /// A sentence vector.
    EMBEDDING
  }

  /// Which hidden states stand for a text.
  public enum Pooling {
    LAST,
    MEAN
  }
}
