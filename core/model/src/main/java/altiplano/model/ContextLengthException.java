package altiplano.model;

/// A sequence that is longer than its model, or the memory set aside for it, allows.
public final class ContextLengthException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int asked;
  private final int limit;

  /// @param asked positions that were asked for
  /// @param limit the most there are
  public ContextLengthException(int asked, int limit) {
    super(
        "%,d tokens exceed the context of %,d. Shorten the text, or open the model with a larger context."
            .formatted(asked, limit));
    this.asked = asked;
    this.limit = limit;
  }

  /// Returns the positions that were asked for.
  public int asked() {
    return asked;
  }

  /// Returns the most positions there are.
  public int limit() {
    return limit;
  }
}
