package altiplano.tasks;

/// A task that was interrupted or took longer than its options allow.
public final class TaskCancelledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TaskCancelledException(String message) {
    super(message);
  }
}
