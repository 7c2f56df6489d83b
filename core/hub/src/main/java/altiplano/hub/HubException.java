package altiplano.hub;

/// A model that cannot be found or fetched. The message names what, why and the remedy.
public final class HubException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HubException(String message) {
    super(message);
  }

  HubException(String message, Throwable cause) {
    super(message, cause);
  }
}
