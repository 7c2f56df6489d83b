package altiplano.tasks;

import java.time.Duration;

/// What an answer cost.
///
/// @param promptTokens read, those in a shared cache included
/// @param generatedTokens written or scored
/// @param time from the call to the answer
public record Usage(int promptTokens, int generatedTokens, Duration time) {
  static final Usage NONE = new Usage(0, 0, Duration.ZERO);

  Usage plus(Usage other) {
    return new Usage(
        promptTokens + other.promptTokens,
        generatedTokens + other.generatedTokens,
        time.plus(other.time));
  }
}
