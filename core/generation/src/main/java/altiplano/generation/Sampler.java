package altiplano.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// How the next token is chosen: a chain of steps that narrow the candidates, then a choice.
///
/// Immutable: logits, history and the state of a random generator in, an id out. The same seed
/// gives the same ids.
///
/// @param steps in the order in which they are applied
public record Sampler(List<SamplerStep> steps, Choice choice) {
  /// The most probable token, always.
  public static final Sampler GREEDY = new Sampler(List.of(), new Choice.MostProbable());

  public Sampler {
    steps = List.copyOf(steps);
  }

  /// How one of the remaining candidates is taken.
  public sealed interface Choice {
    /// The largest logit; of equal ones the smallest id.
    record MostProbable() implements Choice {}

    /// At random by their probabilities.
    record ByProbability() implements Choice {}

    /// At random among the candidates that surprise at most by a bound, which follows the surprise
    /// that was met so that it stays near `target` (Basu et al. 2021, "Mirostat", version 2).
    ///
    /// @param target surprise in bits a token; 5 is usual
    /// @param rate how fast the bound follows; 0.1 is usual
    record Mirostat(double target, double rate) implements Choice {
      public Mirostat {
        if (!(target > 0 && rate > 0)) {
          throw new IllegalArgumentException(
              "mirostat's target %s and rate %s are above 0".formatted(target, rate));
        }
      }
    }
  }

  /// Temperature, then top-k, top-p and min-p, as Meta's and Hugging Face's code order them.
  ///
  /// @param temperature 0 is greedy
  /// @param topK 0 switches it off
  /// @param topP 1 switches it off
  /// @param minP 0 switches it off
  public static Sampler of(float temperature, int topK, float topP, float minP) {
    if (temperature == 0) return GREEDY;
    var steps = new ArrayList<SamplerStep>();
    if (temperature != 1) steps.add(new SamplerStep.Temperature(temperature));
    if (topK != 0) steps.add(new SamplerStep.TopK(topK));
    if (topP != 1) steps.add(new SamplerStep.TopP(topP));
    if (minP != 0) steps.add(new SamplerStep.MinP(minP));
    return new Sampler(steps, new Choice.ByProbability());
  }

  /// Returns a sampler that applies `step` before all others.
  public Sampler after(SamplerStep step) {
    var all = new ArrayList<SamplerStep>();
    all.add(step);
    all.addAll(steps);
    return new Sampler(all, choice);
  }

  /// Starts to choose for one sequence.
  ///
  /// @param seed of the random choices; the algorithm is fixed, so that texts can be repeated
  public State start(long seed) {
    return new State(this, seed);
  }

  /// A sampler at work on one sequence: its random generator, and how surprising the text has been.
  /// Not thread-safe.
  public static final class State {
    private final Sampler sampler;
    private final RandomGenerator random;
    private double mostSurprise = Double.POSITIVE_INFINITY;

    private State(Sampler sampler, long seed) {
      this.sampler = sampler;
      random = new SplittableRandom(seed);
      if (sampler.choice instanceof Choice.Mirostat mirostat) mostSurprise = 2 * mirostat.target;
    }

    /// Picks the next token.
    ///
    /// @param candidates narrowed in place
    /// @param history the sequence so far
    public int pick(Candidates candidates, TokenHistory history) {
      for (var step : sampler.steps) step.apply(candidates, history, random);
      return candidates.id(
          switch (sampler.choice) {
            case Choice.MostProbable() -> candidates.best();
            case Choice.ByProbability() -> draw(candidates);
            case Choice.Mirostat mirostat -> draw(candidates, mirostat);
          });
    }

    private int draw(Candidates candidates) {
      var probabilities = candidates.probabilities();
      double left = random.nextDouble();
      int last = candidates.size() - 1;
      for (int i = 0; i < last; i++) {
        left -= probabilities[i];
        if (left < 0) return i;
      }
      return last;
    }

    private int draw(Candidates candidates, Choice.Mirostat mirostat) {
      candidates.sortLargest(1);
      var probabilities = candidates.probabilities();
      candidates.keepIf(i -> i == 0 || bits(probabilities[i]) <= mostSurprise);
      int drawn = draw(candidates);
      double surprise = bits(candidates.probabilities()[drawn]);
      mostSurprise -= mirostat.rate * (surprise - mirostat.target);
      return drawn;
    }

    private static double bits(double probability) {
      return -Math.log(probability) / Math.log(2);
    }
  }
}
