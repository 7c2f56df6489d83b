package altiplano.generation;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
      requireWindow(window);
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

  /// Lowers logits of tokens seen among the last `window`: by `frequency` for each time, and once
  /// by `presence` (OpenAI's API reference, "frequency and presence penalties").
  record CountPenalty(float frequency, float presence, int window) implements SamplerStep {
    public CountPenalty {
      requireWindow(window);
      if (!Float.isFinite(frequency) || !Float.isFinite(presence)) {
        throw new IllegalArgumentException(
            "penalties %s and %s are no finite numbers".formatted(frequency, presence));
      }
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      var counts = new HashMap<Integer, Integer>();
      int from = Math.max(0, history.length() - window);
      for (int i = from; i < history.length(); i++) counts.merge(history.id(i), 1, Integer::sum);
      for (int i = 0; i < candidates.size(); i++) {
        int count = counts.getOrDefault(candidates.id(i), 0);
        if (count > 0) {
          candidates.setLogit(i, candidates.logit(i) - count * frequency - presence);
        }
      }
    }
  }

  /// Adds to the logits of given tokens; negative infinity forbids a token.
  record LogitBias(Map<Integer, Float> biases) implements SamplerStep {
    public LogitBias {
      biases = Map.copyOf(biases);
      if (biases.values().stream().anyMatch(b -> b.isNaN() || b == Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a logit bias is a number below infinity");
      }
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      for (int i = 0; i < candidates.size(); i++) {
        float bias = biases.getOrDefault(candidates.id(i), 0f);
        candidates.setLogit(i, candidates.logit(i) + bias);
      }
      candidates.keepIf(i -> candidates.logit(i) > Float.NEGATIVE_INFINITY);
    }
  }

  /// Keeps the tokens whose surprise is nearest to the entropy, as few as reach the probability `p`
  /// together (Meister et al. 2023, "Locally Typical Sampling").
  record Typical(float p) implements SamplerStep {
    public Typical {
      requireShare("typical-p", p);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      if (p == 1) return;
      candidates.sortLargest(candidates.size());
      var probabilities = candidates.probabilities();
      int size = candidates.size();
      double entropy = 0;
      for (int i = 0; i < size; i++) entropy += information(probabilities[i]);
      var distances = new double[size];
      for (int i = 0; i < size; i++) {
        distances[i] = Math.abs(-Math.log(probabilities[i]) - entropy);
      }
      // In falling order of probability the kept tokens are neighbours: grow from the most typical.
      int first = 0;
      for (int i = 1; i < size; i++) if (distances[i] < distances[first]) first = i;
      int end = first + 1;
      double sum = probabilities[first];
      while (sum < p && (first > 0 || end < size)) {
        boolean upwards = end == size || (first > 0 && distances[first - 1] <= distances[end]);
        sum += probabilities[upwards ? --first : end++];
      }
      int from = first;
      int to = end;
      candidates.keepIf(i -> i >= from && i < to);
    }
  }

  /// Keeps the tokens whose logits are within `n` standard deviations of the largest (Tang et al.
  /// 2024, "Top-nσ: Not All Logits Are You Need").
  record TopNSigma(float n) implements SamplerStep {
    public TopNSigma {
      requirePositive("top-n-sigma", n);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      int size = candidates.size();
      double mean = 0;
      for (int i = 0; i < size; i++) mean += (double) candidates.logit(i) / size;
      double variance = 0;
      for (int i = 0; i < size; i++) {
        variance += (candidates.logit(i) - mean) * (candidates.logit(i) - mean) / size;
      }
      double least = candidates.logit(candidates.best()) - n * Math.sqrt(variance);
      candidates.keepIf(i -> candidates.logit(i) >= least);
    }
  }

  /// With the given chance drops every token of at least `threshold` but the least probable of
  /// them: "exclude top choices" (p-e-w 2024, text-generation-webui).
  record ExcludeTopChoices(float threshold, float chance) implements SamplerStep {
    public ExcludeTopChoices {
      requireShare("threshold", threshold);
      requireShare("chance", chance);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      if (random.nextDouble() >= chance) return;
      candidates.sortLargest(candidates.size());
      var probabilities = candidates.probabilities();
      int above = 0;
      while (above < candidates.size() && probabilities[above] >= threshold) above++;
      int first = Math.max(above - 1, 0);
      candidates.keepIf(i -> i >= first);
    }
  }

  /// Divides logits by a temperature that rises from `low` to `high` with the entropy of the
  /// distribution, as a share of the largest possible entropy raised to `exponent` (kalomaze 2023,
  /// "entropy sampling" in koboldcpp).
  record DynamicTemperature(float low, float high, float exponent) implements SamplerStep {
    public DynamicTemperature {
      requirePositive("lowest temperature", low);
      requirePositive("highest temperature", high);
      requirePositive("exponent", exponent);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      if (candidates.size() == 1) return;
      var probabilities = candidates.probabilities();
      double entropy = 0;
      for (int i = 0; i < candidates.size(); i++) entropy += information(probabilities[i]);
      double share = entropy / Math.log(candidates.size());
      float temperature = (float) (low + (high - low) * Math.pow(share, exponent));
      new Temperature(temperature).apply(candidates, history, random);
    }
  }

  /// Lowers the logit of a token that would prolong a repetition: where the end of the sequence
  /// occurred before, `n` tokens long, followed by that token, by `multiplier * base^(n -
  /// allowedLength)` if `n` is at least `allowedLength` (p-e-w 2024, "DRY: Don't Repeat Yourself").
  ///
  /// @param window tokens that are looked back
  /// @param breakers tokens across which nothing counts as repeated, such as line breaks
  record DontRepeat(
      float multiplier, float base, int allowedLength, int window, Set<Integer> breakers)
      implements SamplerStep {
    public DontRepeat {
      requirePositive("multiplier", multiplier);
      if (!(base >= 1)) throw new IllegalArgumentException("the base is at least 1, not " + base);
      if (allowedLength < 1) {
        throw new IllegalArgumentException(
            "the allowed length is at least 1, not " + allowedLength);
      }
      requireWindow(window);
      breakers = Set.copyOf(breakers);
    }

    @Override
    public void apply(Candidates candidates, TokenHistory history, RandomGenerator random) {
      var longest = longestRepetitions(history);
      for (int i = 0; i < candidates.size(); i++) {
        int length = longest.getOrDefault(candidates.id(i), 0);
        if (length < allowedLength) continue;
        double penalty = multiplier * Math.pow(base, length - allowedLength);
        candidates.setLogit(i, (float) (candidates.logit(i) - penalty));
      }
    }

    /// Returns, for each token, how long a repetition it would prolong: the longest end of the
    /// sequence that also stands before an earlier occurrence of the token.
    private Map<Integer, Integer> longestRepetitions(TokenHistory history) {
      int end = history.length();
      int from = Math.max(0, end - window);
      int most = 0;
      while (most < end - from && !breakers.contains(history.id(end - 1 - most))) most++;
      var longest = new HashMap<Integer, Integer>();
      for (int next = from + 1; next < end; next++) {
        int length = 0;
        while (length < most
            && next - 1 - length >= from
            && history.id(next - 1 - length) == history.id(end - 1 - length)) {
          length++;
        }
        if (length > 0) longest.merge(history.id(next), length, Math::max);
      }
      return longest;
    }
  }

  /// Returns the summand `-p log p` of an entropy in nats; 0 for an impossible token.
  private static double information(double probability) {
    return probability == 0 ? 0 : -probability * Math.log(probability);
  }

  private static void requireWindow(int window) {
    if (window < 0) throw new IllegalArgumentException("a window is 0 or more, not " + window);
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
