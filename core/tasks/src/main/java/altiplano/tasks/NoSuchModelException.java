package altiplano.tasks;

/// There is no model of a name.
public final class NoSuchModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoSuchModelException(String message) {
    super(message);
  }
}
