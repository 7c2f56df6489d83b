package altiplano.generation;

/// JSON that is not what a record needs.
public final class JsonMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message where, what was expected, what was found
  public JsonMismatchException(String message) {
    super(message);
  }
}
