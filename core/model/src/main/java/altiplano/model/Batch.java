package altiplano.model;

import java.util.ArrayList;
import java.util.List;

/// Token rows from any sequences, evaluated in one forward pass.
public final class Batch {
  /// Consecutive tokens of one sequence.
  ///
  /// @param logits which rows need logits
  public record Part(KeyValueCache cache, int[] tokens, Logits logits) {}

  /// Which rows of a part need logits: the head is a large part of the cost.
  public enum Logits {
    NONE,
    LAST,
    ALL
  }

  private final List<Part> parts = new ArrayList<>();

  /// Makes an empty batch.
  public Batch() {}

  /// Appends tokens to a sequence; each sequence may appear once.
  public Batch add(KeyValueCache cache, int[] tokens, Logits logits) {
    parts.add(new Part(cache, tokens, logits));
    return this;
  }

  public List<Part> parts() {
    return List.copyOf(parts);
  }
}
