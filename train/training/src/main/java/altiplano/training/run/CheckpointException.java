package altiplano.training.run;

/// A checkpoint or a run's folder that cannot be used.
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }
}
