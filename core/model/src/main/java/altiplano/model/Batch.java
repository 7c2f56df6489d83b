package altiplano.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Token rows from any sequences, evaluated in one forward pass.
///
/// ```java
/// var batch = new Batch()
///     .add(first, prompt, Batch.Wanted.LAST)        // a prompt
///     .add(second, new int[] {id}, Batch.Wanted.LAST); // and a decoding step, together
/// ```
public final class Batch {
  /// Consecutive tokens of one sequence.
  ///
  /// @param tokens ids that follow what the cache holds
  /// @param wanted which rows need logits
  public record Part(KeyValueCache cache, int[] tokens, Wanted wanted) {
    /// Returns the number of rows of logits that this part gives.
    public int wantedRows() {
      return switch (wanted) {
        case NONE -> 0;
        case LAST -> 1;
        case ALL -> tokens.length;
      };
    }
  }

  /// Which rows of a part need logits: the head is a large part of the cost.
  public enum Wanted {
    NONE,
    LAST,
    ALL
  }

  private final List<Part> parts = new ArrayList<>();

  /// Makes an empty batch.
  public Batch() {}

  /// Makes a batch of one part.
  public static Batch of(KeyValueCache cache, int[] tokens, Wanted wanted) {
    return new Batch().add(cache, tokens, wanted);
  }

  /// Appends tokens to a sequence.
  ///
  /// @throws IllegalArgumentException if there are none, or the sequence is in the batch already
  public Batch add(KeyValueCache cache, int[] tokens, Wanted wanted) {
    if (tokens.length == 0) throw new IllegalArgumentException("a part has at least one token");
    for (var part : parts) {
      if (part.cache == cache) {
        throw new IllegalArgumentException("a sequence appears once in a batch");
      }
    }
    parts.add(new Part(cache, tokens, wanted));
    return this;
  }

  public List<Part> parts() {
    return Collections.unmodifiableList(parts);
  }

  /// Returns the number of rows of logits that this batch gives.
  public int wantedRows() {
    int rows = 0;
    for (var part : parts) rows += part.wantedRows();
    return rows;
  }
}
