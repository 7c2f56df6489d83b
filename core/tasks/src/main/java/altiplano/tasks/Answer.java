package altiplano.tasks;

import java.util.List;
import java.util.Optional;

/// An answer to a question.
///
/// @param text absent where the passage does not hold the answer
/// @param span where it stands in the passage, if it was quoted from one
/// @param confidence from 0 to 1, of the answer or of there being none
/// @param sources of the passages that were read
public record Answer(
    Optional<String> text,
    Optional<Span> span,
    double confidence,
    List<Passage> sources,
    Usage usage) {
  public Answer {
    sources = List.copyOf(sources);
  }

  /// Returns the answer alone, as one would print it; empty if there is none.
  @Override
  public String toString() {
    return text.orElse("");
  }
}
