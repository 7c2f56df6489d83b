package altiplano.generation;

import altiplano.generation.constraint.Automaton;
import altiplano.generation.constraint.TokenMasks;

/// How far a generated text has come under a [Constraint]: after which tokens, and what may follow.
///
/// Immutable and thread-safe: keeping a state is all it takes to fork or to go back.
public final class ConstraintState {
  private final TokenMasks masks;
  private final Automaton.State state;

  ConstraintState(TokenMasks masks, Automaton.State state) {
    this.masks = masks;
    this.state = state;
  }

  /// Sets the logits of all tokens to negative infinity that may not follow. End ids of the
  /// tokenizer stay where the text is [#complete()], other special tokens never.
  ///
  /// @param logits one a token id
  public void mask(float[] logits) {
    masks.allowed(state).mask(logits);
  }

  /// Returns whether the token may follow.
  public boolean allows(int id) {
    return !masks.after(state, id).isImpossible();
  }

  /// Returns the state after one more token; an end id leaves it as it is.
  ///
  /// @throws IllegalArgumentException if the token may not follow
  public ConstraintState after(int id) {
    Automaton.State next = masks.after(state, id);
    if (next.isImpossible()) {
      throw new IllegalArgumentException("token " + id + " may not follow; mask the logits first");
    }
    return next == state ? this : new ConstraintState(masks, next);
  }

  /// Returns whether the text so far matches, so that generation may end here.
  public boolean complete() {
    return state.accepting();
  }

  /// Returns whether nothing but the end may follow.
  public boolean finished() {
    return state.isDead();
  }
}
