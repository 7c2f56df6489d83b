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
  public static final Sampler GREEDY = new Sampler(List.of(), Choice.MOST_PROBABLE);

  public Sampler {
    steps = List.copyOf(steps);
  }

  /// How one of the remaining candidates is taken.
  public enum Choice {
    /// The largest logit; of equal ones the smallest id.
    MOST_PROBABLE,
    /// At random by their probabilities.
    BY_PROBABILITY
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
    return new Sampler(steps, Choice.BY_PROBABILITY);
  }

  /// Returns a sampler that applies `step` before all others.
  public Sampler after(SamplerStep step) {
    var all = new ArrayList<SamplerStep>();
    all.add(step);
    all.addAll(steps);
    return new Sampler(all, choice);
  }

  /// Returns a random generator for a seed; the algorithm is fixed, so that texts can be repeated.
  public static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }

  /// Picks the next token.
  ///
  /// @param candidates narrowed in place
  public int pick(Candidates candidates, TokenHistory history, RandomGenerator random) {
    for (var step : steps) step.apply(candidates, history, random);
    return candidates.id(
        switch (choice) {
          case MOST_PROBABLE -> candidates.best();
          case BY_PROBABILITY -> draw(candidates, random);
        });
  }

  private static int draw(Candidates candidates, RandomGenerator random) {
    var probabilities = candidates.probabilities();
    double left = random.nextDouble();
    int last = candidates.size() - 1;
    for (int i = 0; i < last; i++) {
      left -= probabilities[i];
      if (left < 0) return i;
    }
    return last;
  }
}
