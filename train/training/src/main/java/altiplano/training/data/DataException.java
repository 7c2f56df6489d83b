package altiplano.training.data;

/// Data that a run needs and that is missing or of no use; the message names file and remedy.
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }
}
