package altiplano.training.torch;

/// A file of tensors that is damaged, or holds others than were asked for.
public final class TensorFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TensorFileException(String message) {
    super(message);
  }
}
