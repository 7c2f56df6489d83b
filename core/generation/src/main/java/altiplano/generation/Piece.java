package altiplano.generation;

import java.util.Optional;
import java.util.OptionalInt;

/// What one step of a generation adds.
///
/// @param text may be empty while a character or a stop text is unfinished
/// @param token its id; none where the generation ends with text that was held back
/// @param logProbabilities if asked for
public record Piece(String text, OptionalInt token, Optional<LogProbabilities> logProbabilities) {
  static Piece of(String text) {
    return new Piece(text, OptionalInt.empty(), Optional.empty());
  }
}
