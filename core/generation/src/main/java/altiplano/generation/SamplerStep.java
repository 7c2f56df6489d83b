package altiplano.generation;

import java.util.BitSet;
import java.util.random.RandomGenerator;

/// One step of a [Sampler]: reweighs or drops candidates.
///
/// A pure function of what it is given: it keeps nothing from token to token.
@FunctionalInterface
public interface SamplerStep {
  /// Changes `candidates` in place; at least one must stay.
  ///
  /// @param history the sequence so far
  /// @param random to be drawn from by steps that act by chance
  void apply(Candidates candidates, TokenHistory history, RandomGenerator random);

  /// Divides logits: below 1 sharpens the distribution, above 1 flattens it.
  record Temperature(float value) implements SamplerStep {
    public Temperature {
      requirePositive("temperature", value);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      for (int i = 0; i < candidates.size(); i++) {
        candidates.setLogit(i, candidates.logit(i) / value);
      }
    }
  }

  /// Keeps the `k` most probable tokens (Fan et al. 2018, "Hierarchical Neural Story Generation").
  record TopK(int k) implements SamplerStep {
    public TopK {
      if (k < 1) throw new IllegalArgumentException("top-k keeps at least 1 token, not " + k);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      if (k >= candidates.size()) return;
      candidates.sortLargest(k);
      candidates.keepFirst(k);
    }
  }

  /// Keeps the fewest most probable tokens whose probabilities reach `p` together (Holtzman et al.
  /// 2020, "The Curious Case of Neural Text Degeneration").
  record TopP(float p) implements SamplerStep {
    public TopP {
      requireShare("top-p", p);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      if (p == 1) return;
      // Few tokens reach p as a rule: sorting the whole vocabulary is put off until they do not.
      for (int n = Math.min(256, candidates.size()); ; n = Math.min(8 * n, candidates.size())) {
        candidates.sortLargest(n);
        var probabilities = candidates.probabilities();
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += probabilities[i];
          if (sum >= p) {
            candidates.keepFirst(i + 1);
            return;
          }
        }
        if (n == candidates.size()) return;
      }
    }
  }

  /// Keeps tokens at least `p` times as probable as the most probable one (Nguyen et al. 2024,
  /// "Turning Up the Heat: Min-p Sampling").
  record MinP(float p) implements SamplerStep {
    public MinP {
      requireShare("min-p", p);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      if (p == 0) return;
      double least = candidates.logit(candidates.best()) + Math.log(p);
      candidates.keepIf(i -> candidates.logit(i) >= least);
    }
  }

  /// Divides positive logits of tokens seen among the last `window` by `penalty`, and multiplies
  /// negative ones (Keskar et al. 2019, "CTRL", section 4.1).
  ///
  /// @param penalty above 1 discourages repetition
  record RepetitionPenalty(float penalty, int window) implements SamplerStep {
    public RepetitionPenalty {
      requirePositive("repetition penalty", penalty);
      if (window < 0) throw new IllegalArgumentException("a window is 0 or more, not " + window);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      var seen = new BitSet();
      int from = Math.max(0, history.length() - window);
      for (int i = from; i < history.length(); i++) seen.set(history.id(i));
      for (int i = 0; i < candidates.size(); i++) {
        if (!seen.get(candidates.id(i))) continue;
        float logit = candidates.logit(i);
        candidates.setLogit(i, logit > 0 ? logit / penalty : logit * penalty);
      }
    }
  }

  private static void requirePositive(String name, float value) {
    if (!(value > 0 && Float.isFinite(value))) {
      throw new IllegalArgumentException("%s is above 0, not %s".formatted(name, value));
    }
  }

  private static void requireShare(String name, float value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s is from 0 to 1, not %s".formatted(name, value));
    }
  }
}
