package altiplano.generation;

import altiplano.files.Metadata;
import altiplano.model.LlamaModel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What is generated and how.
///
/// @param maxTokens the most new tokens; the context may end a text before
/// @param sampler chooses each token
/// @param seed of the random choices; without one every run differs
/// @param stops texts that end the generation and are no part of it
/// @param constraint what the text must be
/// @param logProbabilities of how many alternatives to each token log-probabilities are told; -1
///   tells none, 0 only those of the tokens themselves
/// @param contextShift how many tokens at the beginning stay when the context is full and the older
///   half of the others goes; without it the text ends there
public record GenerationOptions(
    int maxTokens,
    Sampler sampler,
    OptionalLong seed,
    List<String> stops,
    Optional<Constraint> constraint,
    int logProbabilities,
    OptionalInt contextShift) {
  /// Greedy, up to the end of the context.
  public static final GenerationOptions GREEDY =
      new GenerationOptions(
          Integer.MAX_VALUE,
          Sampler.GREEDY,
          OptionalLong.empty(),
          List.of(),
          Optional.empty(),
          -1,
          OptionalInt.empty());

  public GenerationOptions {
    if (maxTokens < 0) {
      throw new IllegalArgumentException("tokens to generate are 0 or more, not " + maxTokens);
    }
    stops = List.copyOf(stops);
    if (stops.contains("")) throw new IllegalArgumentException("a stop text is not empty");
    if (contextShift.isPresent() && contextShift.getAsInt() < 0) {
      throw new IllegalArgumentException(
          "a context shift keeps 0 tokens or more, not " + contextShift.getAsInt());
    }
  }

  /// Returns the model's own settings (`general.sampling.*`, as a Hugging Face folder's
  /// `generation_config.json` has them), else temperature 0.6 and top-p 0.9 as Meta's code.
  public static GenerationOptions of(LlamaModel model) {
    var metadata = model.metadata();
    var sampler =
        Sampler.of(
            number(metadata, "general.sampling.temp", 0.6),
            (int) number(metadata, "general.sampling.top_k", 0),
            number(metadata, "general.sampling.top_p", 0.9),
            number(metadata, "general.sampling.min_p", 0));
    float penalty = number(metadata, "general.sampling.penalty_repeat", 1);
    if (penalty == 1) return GREEDY.withSampler(sampler);
    // Hugging Face's penalty looks at the whole sequence.
    return GREEDY.withSampler(
        sampler.after(new SamplerStep.RepetitionPenalty(penalty, Integer.MAX_VALUE)));
  }

  private static float number(Metadata metadata, String key, double otherwise) {
    return (float) metadata.number(key).orElse(otherwise);
  }

  public GenerationOptions withMaxTokens(int maxTokens) {
    return new GenerationOptions(
        maxTokens, sampler, seed, stops, constraint, logProbabilities, contextShift);
  }

  public GenerationOptions withSampler(Sampler sampler) {
    return new GenerationOptions(
        maxTokens, sampler, seed, stops, constraint, logProbabilities, contextShift);
  }

  public GenerationOptions withSeed(long seed) {
    return new GenerationOptions(
        maxTokens,
        sampler,
        OptionalLong.of(seed),
        stops,
        constraint,
        logProbabilities,
        contextShift);
  }

  public GenerationOptions withStops(List<String> stops) {
    return new GenerationOptions(
        maxTokens, sampler, seed, stops, constraint, logProbabilities, contextShift);
  }

  public GenerationOptions withConstraint(Constraint constraint) {
    return new GenerationOptions(
        maxTokens, sampler, seed, stops, Optional.of(constraint), logProbabilities, contextShift);
  }

  public GenerationOptions withLogProbabilities(int alternatives) {
    return new GenerationOptions(
        maxTokens, sampler, seed, stops, constraint, alternatives, contextShift);
  }

  /// Lets a text go on when the context is full: the first `kept` tokens stay, the older half of
  /// the others goes, and the rest is read again, as if the text had been so.
  /// [Completion#droppedTokens] says how many went.
  public GenerationOptions withContextShift(int kept) {
    return new GenerationOptions(
        maxTokens, sampler, seed, stops, constraint, logProbabilities, OptionalInt.of(kept));
  }
}
