package altiplano.generation;

import java.time.Duration;
import java.util.List;

/// A generated text and how it came about.
///
/// @param text without stop text and special tokens
/// @param tokens generated ids, without the end id
/// @param promptTokens number of tokens of the prompt
/// @param cachedTokens how many of these were in the cache already
/// @param promptTime until the first token could be chosen
/// @param generationTime from then on
/// @param guessedTokens how many tokens a [Drafter] guessed
/// @param acceptedGuesses how many of them were right, and so saved a pass each
/// @param logProbabilities one a token, if asked for
public record Completion(
    String text,
    List<Integer> tokens,
    Finish finish,
    int promptTokens,
    int cachedTokens,
    Duration promptTime,
    Duration generationTime,
    int guessedTokens,
    int acceptedGuesses,
    List<LogProbabilities> logProbabilities) {
  public Completion {
    tokens = List.copyOf(tokens);
    logProbabilities = List.copyOf(logProbabilities);
  }
}
