package altiplano.tokenizer;

/// A text or an id that a vocabulary has no answer for.
public final class VocabularyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  VocabularyException(String message) {
    super(message);
  }
}
