package altiplano.generation;

/// A constraint that cannot be compiled: broken, not supported, or accepting nothing.
public final class ConstraintException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message where, what was found, what is possible instead
  public ConstraintException(String message) {
    super(message);
  }
}
