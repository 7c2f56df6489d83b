package altiplano.model;

/// A model or a sequence that does not fit the machine's memory.
public final class InsufficientMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long neededBytes;
  private final long limitBytes;

  /// @param what needs the memory, and for what
  public InsufficientMemoryException(String what, long neededBytes, long limitBytes) {
    super(
        "%s: %s needed, %s there. Take a smaller model, context or cache type."
            .formatted(what, MemoryEstimate.text(neededBytes), MemoryEstimate.text(limitBytes)));
    this.neededBytes = neededBytes;
    this.limitBytes = limitBytes;
  }

  public long neededBytes() {
    return neededBytes;
  }

  public long limitBytes() {
    return limitBytes;
  }
}
