package altiplano.generation;

import altiplano.generation.constraint.Automaton;
import altiplano.generation.constraint.TokenMasks;
import org.jspecify.annotations.Nullable;

/// How far a generated text has come under a [Constraint]: after which tokens, and what may follow.
///
/// Immutable and thread-safe: keeping a state is all it takes to fork or to go back.
public final class ConstraintState {
  private final TokenMasks masks;
  private final Automaton.State state;

  private final @Nullable Opening opening;

  ConstraintState(TokenMasks masks, Automaton.State state) {
    this(masks, state, null);
  }

  private ConstraintState(TokenMasks masks, Automaton.State state, @Nullable Opening opening) {
    this.masks = masks;
    this.state = state;
    this.opening = opening;
  }

  /// A special token that may come first, and what follows it.
  private record Opening(int id, ConstraintState after) {}

  /// Returns this state, from which a special token also leads to another.
  ConstraintState orAfter(int id, ConstraintState after) {
    return new ConstraintState(masks, state, new Opening(id, after));
  }

  /// Sets the logits of all tokens to negative infinity that may not follow. End ids of the
  /// tokenizer stay where the text is [#complete()], other special tokens never.
  ///
  /// @param logits one a token id
  public void mask(float[] logits) {
    float tag = opening == null ? 0 : logits[opening.id];
    masks.allowed(state).mask(logits);
    if (opening != null) logits[opening.id] = tag;
  }

  /// Returns whether the token may follow.
  public boolean allows(int id) {
    return opens(id) || !masks.after(state, id).isImpossible();
  }

  private boolean opens(int id) {
    return opening != null && opening.id == id;
  }

  /// Returns the state after one more token; an end id leaves it as it is.
  ///
  /// @throws IllegalArgumentException if the token may not follow
  public ConstraintState after(int id) {
    if (opening != null && opening.id == id) return opening.after;
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
    return opening == null && state.isDead();
  }
}
