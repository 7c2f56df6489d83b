package altiplano.cli;

import altiplano.generation.GenerationOptions;
import altiplano.generation.Sampler;
import altiplano.generation.Sampler.Choice;
import altiplano.generation.SamplerStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How tokens are chosen and when a text ends; what is not given is the model's own setting.
final class SamplingOptions {
  @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "512")
  private int maxTokens;

  @Option(names = "--temperature", paramLabel = "T")
  private Optional<Float> temperature = Optional.empty();

  @Option(names = "--top-k", paramLabel = "K")
  private Optional<Integer> topK = Optional.empty();

  @Option(names = "--top-p", paramLabel = "P")
  private Optional<Float> topP = Optional.empty();

  @Option(names = "--min-p", paramLabel = "P")
  private Optional<Float> minP = Optional.empty();

  @Option(names = "--repetition-penalty", paramLabel = "X")
  private Optional<Float> repetitionPenalty = Optional.empty();

  @Option(names = "--seed", paramLabel = "N")
  private Optional<Long> seed = Optional.empty();

  @Option(names = "--stop", paramLabel = "TEXT")
  private List<String> stops = new ArrayList<>();

  /// Tokens that a repetition penalty looks back.
  private static final int PENALTY_WINDOW = 64;

  /// Returns `defaults` with what was given.
  GenerationOptions over(GenerationOptions defaults) {
    var options =
        defaults.withMaxTokens(maxTokens).withStops(stops).withSampler(sampler(defaults.sampler()));
    return seed.isPresent() ? options.withSeed(seed.get()) : options;
  }

  private Sampler sampler(Sampler defaults) {
    float temperature = defaults.choice() instanceof Choice.MostProbable ? 0 : 1;
    int topK = 0;
    float topP = 1;
    float minP = 0;
    var others = new ArrayList<SamplerStep>();
    for (SamplerStep step : defaults.steps()) {
      switch (step) {
        case SamplerStep.Temperature(float value) -> temperature = value;
        case SamplerStep.TopK(int k) -> topK = k;
        case SamplerStep.TopP(float p) -> topP = p;
        case SamplerStep.MinP(float p) -> minP = p;
        case SamplerStep.RepetitionPenalty penalty when repetitionPenalty.isPresent() -> {}
        default -> others.add(step);
      }
    }
    repetitionPenalty.ifPresent(
        penalty -> others.add(new SamplerStep.RepetitionPenalty(penalty, PENALTY_WINDOW)));
    var sampler =
        Sampler.of(
            this.temperature.orElse(temperature),
            this.topK.orElse(topK),
            this.topP.orElse(topP),
            this.minP.orElse(minP));
    for (SamplerStep step : others.reversed()) sampler = sampler.after(step);
    return sampler;
  }
}
