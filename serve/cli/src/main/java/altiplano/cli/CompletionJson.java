package altiplano.cli;

import altiplano.files.Json;
import altiplano.generation.Completion;
import altiplano.generation.LogProbabilities;
import java.util.List;
import java.util.Locale;

/// A generated text as scripts read it, and its figures as people do.
final class CompletionJson {
  private CompletionJson() {}

  /// @param prompt log-probabilities of the prompt's tokens but the first, if they are told
  static Json of(Completion completion, boolean logProbabilities, List<LogProbabilities> prompt) {
    var object =
        Json.object()
            .put("text", completion.text())
            .put("tokens", ids(completion.tokens()))
            .put("finish", completion.finish().name().toLowerCase(Locale.ROOT))
            .put("prompt_tokens", completion.promptTokens())
            .put("generated_tokens", completion.tokens().size())
            .put("cached_tokens", completion.cachedTokens());
    if (completion.guessedTokens() > 0) {
      object
          .put("guessed_tokens", completion.guessedTokens())
          .put("accepted_guesses", completion.acceptedGuesses());
    }
    if (completion.droppedTokens() > 0) object.put("dropped_tokens", completion.droppedTokens());
    if (logProbabilities) {
      object.put("logprobs", all(completion.logProbabilities()));
    }
    if (!prompt.isEmpty()) object.put("prompt_logprobs", all(prompt));
    return object.end();
  }

  private static Json all(List<LogProbabilities> tokens) {
    return new Json.ArrayValue(tokens.stream().map(CompletionJson::of).toList());
  }

  private static Json of(LogProbabilities token) {
    return Json.object()
        .put("id", token.id())
        .put("logprob", token.logProbability())
        .put(
            "top",
            new Json.ArrayValue(
                token.top().stream()
                    .<Json>map(other ->
                        Json.object()
                            .put("id", other.id())
                            .put("logprob", other.logProbability())
                            .end())
                    .toList()))
        .end();
  }

  private static Json ids(List<Integer> ids) {
    return new Json.ArrayValue(ids.stream().<Json>map(Json::of).toList());
  }

  /// Returns how long a text took, and what guesses and a full context did to it.
  static String figures(Completion completion) {
    int generated = completion.tokens().size();
    double seconds = completion.generationTime().toNanos() / 1e9;
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d prompt tokens%s in %.2f s, then %,d tokens in %.2f s (%.1f a second)",
            completion.promptTokens(),
            completion.cachedTokens() > 0
                ? " (%,d known)".formatted(completion.cachedTokens())
                : "",
            completion.promptTime().toNanos() / 1e9,
            generated,
            seconds,
            // The first token is chosen by the prompt's own pass.
            Math.max(0, generated - 1) / Math.max(seconds, 1e-9)));
    if (completion.guessedTokens() > 0) {
      int passes = Math.max(1, generated - completion.acceptedGuesses());
      text.append(
          String.format(
              Locale.ROOT,
              "; %,d of %,d guesses were right: %.2f tokens a pass instead of 1",
              completion.acceptedGuesses(),
              completion.guessedTokens(),
              (double) generated / passes));
    }
    if (completion.droppedTokens() > 0) {
      text.append(
          "; the context was full: %,d tokens were dropped".formatted(completion.droppedTokens()));
    }
    return text.toString();
  }
}
