package altiplano.tasks;

/// An answer that the limit of tokens cut before it was whole.
public final class IncompleteAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IncompleteAnswerException(String message) {
    super(message);
  }
}
