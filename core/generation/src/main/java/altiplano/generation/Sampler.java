package altiplano.generation;

/// Logits in, token id out.
public interface Sampler {
  /// Picks the next token.
  ///
  /// @param logits one a token id; may be overwritten
  int pick(float[] logits);
}
