package altiplano.generation;

/// How far a generated text has come under a [Constraint]: after which tokens, and what may follow.
///
/// Immutable and thread-safe: keeping a state is all it takes to fork or to go back.
public final class ConstraintState {
  private ConstraintState() {}

  /// Sets the logits of all tokens to negative infinity that may not follow. End ids of the
  /// tokenizer stay where the text is [#complete()], other special tokens never.
  ///
  /// @param logits one a token id
  public void mask(float[] logits) {
    throw new AssertionError("to be written");
  }

  /// Returns whether the token may follow.
  public boolean allows(int id) {
    throw new AssertionError("to be written");
  }

  /// Returns the state after one more token; an end id leaves it as it is.
  ///
  /// @throws IllegalArgumentException if the token may not follow
  public ConstraintState after(int id) {
    throw new AssertionError("to be written");
  }

  /// Returns whether the text so far matches, so that generation may end here.
  public boolean complete() {
    throw new AssertionError("to be written");
  }

  /// Returns whether nothing but the end may follow.
  public boolean finished() {
    throw new AssertionError("to be written");
  }
}
