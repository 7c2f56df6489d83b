package altiplano.generation;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// A generated text and how it came about.
///
/// @param text without stop text and special tokens
/// @param tokens generated ids, without the end id
/// @param endId the token that ended the text, if one did
/// @param promptTokens number of tokens of the prompt
/// @param cachedTokens how many of these were in the cache already
/// @param promptTime until the first token could be chosen
/// @param generationTime from then on
/// @param guessedTokens how many tokens a [Drafter] guessed
/// @param acceptedGuesses how many of them were right, and so saved a pass each
/// @param droppedTokens how many went when the context was full, the prompt's included
/// @param logProbabilities one a token, if asked for
public record Completion(
    String text,
    List<Integer> tokens,
    Finish finish,
    OptionalInt endId,
    int promptTokens,
    int cachedTokens,
    Duration promptTime,
    Duration generationTime,
    int guessedTokens,
    int acceptedGuesses,
    int droppedTokens,
    List<LogProbabilities> logProbabilities) {
  public Completion {
    tokens = List.copyOf(tokens);
    logProbabilities = List.copyOf(logProbabilities);
  }
}
