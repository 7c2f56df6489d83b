package altiplano.generation;

/// Guesses the tokens that come next, for speculative decoding (Leviathan et al. 2023, "Fast
/// Inference from Transformers via Speculative Decoding").
///
/// The model reads the guesses together and chooses every token as it would have without them; a
/// guess that equals its choice saves a pass. So the text is the same, and drawn from the same
/// distribution, whatever is guessed. Belongs to one generation.
public interface Drafter extends AutoCloseable {
  /// Returns at most `most` tokens that may follow in this order; none where there is no guess.
  ///
  /// @param history the sequence so far, which grows and never shrinks between calls
  int[] draft(TokenHistory history, int most);

  /// Frees what the drafter holds; nothing by default.
  @Override
  default void close() {}
}
