package altiplano.cli;

/// A command that cannot do what it was asked; the message is the whole error line.
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message `FILE: what is wrong (where). What to do.`
  CommandException(String message) {
    super(message);
  }

  CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
