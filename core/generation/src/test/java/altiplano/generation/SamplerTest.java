package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each step against its paper's formula, worked by hand on a few tokens.
class SamplerTest {
  /// Probabilities of tokens 0 to 4.
  private static final double[] P = {0.1, 0.4, 0.05, 0.15, 0.3};

  @Test
  void temperature_raises_probabilities_to_a_power() {
    // p^(1/0.5) = p^2: 0.01 0.16 0.0025 0.0225 0.09, together 0.285.
    var c = after(new SamplerStep.Temperature(0.5f), P);
    assertThat(probability(c, 1)).isCloseTo(0.16 / 0.285, within(1e-6));
    assertThat(probability(c, 2)).isCloseTo(0.0025 / 0.285, within(1e-6));
  }

  @Test
  void top_k_keeps_the_k_most_probable() {
    assertThat(kept(new SamplerStep.TopK(3))).containsExactlyInAnyOrder(1, 4, 3);
    assertThat(kept(new SamplerStep.TopK(9))).hasSize(5);
  }

  @Test
  void top_p_keeps_the_fewest_that_reach_p() {
    assertThat(kept(new SamplerStep.TopP(0.35f))).containsExactly(1);
    assertThat(kept(new SamplerStep.TopP(0.5f))).containsExactlyInAnyOrder(1, 4);
    assertThat(kept(new SamplerStep.TopP(0.75f))).containsExactlyInAnyOrder(1, 4, 3);
    assertThat(kept(new SamplerStep.TopP(0))).containsExactly(1);
    assertThat(kept(new SamplerStep.TopP(1))).hasSize(5);
  }

  @Test
  void min_p_keeps_what_is_near_the_most_probable() {
    // 0.3 of 0.4 is 0.12.
    assertThat(kept(new SamplerStep.MinP(0.3f))).containsExactlyInAnyOrder(1, 4, 3);
  }

  @Test
  void typical_keeps_the_surprises_nearest_to_the_entropy() {
    // The entropy is 1.3922 nats; surprises: 2.303 0.916 2.996 1.897 1.204, so that the distances
    // are
    // 0.910 0.476 1.604 0.505 0.188, and the order is 4, 1, 3, 0, 2.
    assertThat(kept(new SamplerStep.Typical(0.25f))).containsExactly(4);
    assertThat(kept(new SamplerStep.Typical(0.6f))).containsExactlyInAnyOrder(4, 1);
    assertThat(kept(new SamplerStep.Typical(0.8f))).containsExactlyInAnyOrder(4, 1, 3);
    assertThat(kept(new SamplerStep.Typical(0.9f))).containsExactlyInAnyOrder(4, 1, 3, 0);
  }

  @Test
  void top_n_sigma_keeps_logits_within_n_deviations_of_the_largest() {
    // Mean 2, variance (4 + 1 + 0 + 1 + 4) / 5 = 2: one deviation below 4 is 2.59.
    var logits = new float[] {0, 1, 2, 3, 4};
    assertThat(ids(applied(new SamplerStep.TopNSigma(1), logits))).containsExactlyInAnyOrder(3, 4);
    assertThat(ids(applied(new SamplerStep.TopNSigma(1.5f), logits)))
        .containsExactlyInAnyOrder(2, 3, 4);
  }

  @Test
  void exclude_top_choices_leaves_the_least_probable_of_them() {
    // At least 0.12 have 1, 4 and 3.
    assertThat(kept(new SamplerStep.ExcludeTopChoices(0.12f, 1)))
        .containsExactlyInAnyOrder(3, 0, 2);
    assertThat(kept(new SamplerStep.ExcludeTopChoices(0.12f, 0))).hasSize(5);
    assertThat(kept(new SamplerStep.ExcludeTopChoices(0.5f, 1))).hasSize(5);
  }

  @Test
  void a_dynamic_temperature_follows_the_entropy() {
    // Equal probabilities have the largest entropy: the highest temperature.
    var flat = applied(new SamplerStep.DynamicTemperature(0.5f, 2, 1), new float[] {3, 3, 3});
    assertThat(flat.logit(0)).isCloseTo(1.5f, within(1e-6f));
    // Here it is 1.3922 of log 5 = 1.6094 nats: 0.5 + 1.5 * 0.8650 = 1.7976.
    var c = after(new SamplerStep.DynamicTemperature(0.5f, 2, 1), P);
    assertThat(logit(c, 1) - logit(c, 4))
        .isCloseTo((float) (Math.log(0.4 / 0.3) / 1.7976), within(1e-4f));
  }

  @Test
  void a_repetition_penalty_divides_positive_and_multiplies_negative_logits() {
    var step = new SamplerStep.RepetitionPenalty(2, 3);
    var c = candidates(3, -1, 5, 4);
    step.apply(c, new TokenHistory(3, 0, 1, 0), new SplittableRandom(1));
    assertThat(logits(c)).containsExactly(1.5f, -2f, 5f, 4f);
  }

  @Test
  void frequency_and_presence_penalties_count() {
    var step = new SamplerStep.CountPenalty(0.5f, 0.25f, 3);
    var c = candidates(3, -1, 5, 4);
    step.apply(c, new TokenHistory(3, 0, 1, 0), new SplittableRandom(1));
    assertThat(logits(c)).containsExactly(1.75f, -1.75f, 5f, 4f);
  }

  @Test
  void a_logit_bias_adds_and_forbids() {
    var step = new SamplerStep.LogitBias(Map.of(0, 2f, 2, Float.NEGATIVE_INFINITY));
    var c = candidates(3, -1, 5, 4);
    step.apply(c, new TokenHistory(), new SplittableRandom(1));
    assertThat(ids(c)).containsExactly(0, 1, 3);
    assertThat(logits(c)).containsExactly(5f, -1f, 4f);
  }

  @Test
  void dont_repeat_lowers_what_would_prolong_a_repetition() {
    // The end "1 2 3" stood before: 4 followed it (3 tokens long), and after "3" alone 0 followed.
    var history = new TokenHistory(1, 2, 3, 4, 3, 0, 1, 2, 3);
    var c = candidates(9, 9, 9, 9, 9);
    new SamplerStep.DontRepeat(0.5f, 2, 2, 100, Set.of())
        .apply(c, history, new SplittableRandom(1));
    // 0.5 * 2^(3 - 2) = 1
    assertThat(logits(c)).containsExactly(9f, 9f, 9f, 9f, 8f);
    new SamplerStep.DontRepeat(1, 2, 1, 100, Set.of()).apply(c, history, new SplittableRandom(1));
    // 2^(1 - 1) = 1 for 0, 2^(3 - 1) = 4 for 4
    assertThat(logits(c)).containsExactly(8f, 9f, 9f, 9f, 4f);
  }

  @Test
  void dont_repeat_does_not_look_across_breakers_nor_beyond_its_window() {
    var history = new TokenHistory(1, 2, 3, 4, 3, 0, 1, 2, 3);
    var c = candidates(9, 9, 9, 9, 9);
    new SamplerStep.DontRepeat(1, 2, 2, 100, Set.of(2)).apply(c, history, new SplittableRandom(1));
    assertThat(logits(c)).containsOnly(9f);
    new SamplerStep.DontRepeat(1, 2, 2, 6, Set.of()).apply(c, history, new SplittableRandom(1));
    assertThat(logits(c)).containsOnly(9f);
  }

  @Test
  void mirostat_bounds_the_surprise_and_moves_the_bound() {
    // Target 1 bit: the bound starts at 2 bits, so tokens of at least 1/4 stay: 1 and 4.
    var sampler = new Sampler(List.of(), new Sampler.Choice.Mirostat(1, 0.5));
    var state = sampler.start(3);
    var c = candidates(logits(P));
    int first = state.pick(c, new TokenHistory());
    assertThat(ids(c)).containsExactlyInAnyOrder(1, 4);
    // Its surprise among these was s; the bound is now 2 - 0.5 (s - 1) bits.
    double surprise = -Math.log((first == 1 ? 0.4 : 0.3) / 0.7) / Math.log(2);
    double bound = 2 - 0.5 * (surprise - 1);
    c.reset(logits(P));
    state.pick(c, new TokenHistory());
    int[] expected =
        IntStream.range(0, 5).filter(i -> -Math.log(P[i]) / Math.log(2) <= bound).toArray();
    assertThat(ids(c)).containsExactlyInAnyOrder(expected);
  }

  @Test
  void greedy_takes_the_smallest_id_of_equal_logits() {
    assertThat(Sampler.GREEDY.start(1).pick(candidates(1, 7, 7, 0), new TokenHistory()))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void greedy_equals_top_k_of_one(long seed) {
    var random = new SplittableRandom(seed);
    var one = Sampler.of(1.5f, 1, 1, 0).start(seed);
    for (int round = 0; round < 50; round++) {
      float[] logits = new float[300];
      for (int i = 0; i < logits.length; i++) logits[i] = random.nextInt(40);
      assertThat(one.pick(candidates(logits), new TokenHistory()))
          .isEqualTo(Sampler.GREEDY.start(0).pick(candidates(logits), new TokenHistory()));
    }
  }

  @Test
  void tokens_are_drawn_by_their_probabilities() {
    var state = Sampler.of(1, 0, 1, 0).start(11);
    int rounds = 20_000;
    var counts = new int[5];
    for (int i = 0; i < rounds; i++)
      counts[state.pick(candidates(logits(P)), new TokenHistory())]++;
    double chiSquared = 0;
    for (int id = 0; id < 5; id++) {
      double expected = rounds * P[id];
      chiSquared += (counts[id] - expected) * (counts[id] - expected) / expected;
    }
    // Four degrees of freedom: 18.5 is exceeded once in a thousand seeds.
    assertThat(chiSquared).isLessThan(18.5);
  }

  @Test
  void the_same_seed_draws_the_same_tokens() {
    assertThat(drawn(5)).isEqualTo(drawn(5)).isNotEqualTo(drawn(6));
  }

  @Test
  void steps_apply_in_their_order() {
    // Top-p 0.5 keeps two of these; of a flat distribution (high temperature first) it keeps three.
    var steps = List.<SamplerStep>of(new SamplerStep.TopP(0.5f), new SamplerStep.Temperature(100));
    assertThat(keptBy(steps)).hasSize(2);
    assertThat(keptBy(steps.reversed())).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void the_largest_come_first_in_order_whatever_their_number(long seed) {
    var random = new SplittableRandom(seed);
    float[] logits = new float[1000];
    for (int i = 0; i < logits.length; i++) logits[i] = random.nextInt(-30, 30) / 2f;
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted((a, b) ->
                a == (int) b
                    ? 0
                    : logits[a] == logits[b] ? a - b : Float.compare(logits[b], logits[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int n : new int[] {1, 2, 10, 500, 999, 1000}) {
      var c = candidates(logits);
      c.sortLargest(n);
      assertThat(Arrays.copyOf(ids(c), n)).isEqualTo(Arrays.copyOf(order, n));
      assertThat(ids(c)).containsExactlyInAnyOrder(order);
      for (int i = 0; i < c.size(); i++) assertThat(c.logit(i)).isEqualTo(logits[c.id(i)]);
    }
  }

  @Test
  void impossible_settings_are_refused() {
    assertThatThrownBy(() -> new SamplerStep.Temperature(-1))
        .hasMessage("temperature is above 0, not -1.0");
    assertThatThrownBy(() -> new SamplerStep.TopP(1.5f))
        .hasMessage("top-p is from 0 to 1, not 1.5");
    assertThatThrownBy(() -> new SamplerStep.TopK(0))
        .hasMessage("top-k keeps at least 1 token, not 0");
  }

  @Test
  void logits_that_are_no_numbers_are_refused() {
    assertThatThrownBy(() -> candidates(1, Float.NaN)).hasMessage("logit of token 1 is NaN");
    assertThatThrownBy(() -> candidates(Float.NEGATIVE_INFINITY))
        .hasMessage("no token may come next");
  }

  private static List<Integer> drawn(long seed) {
    var state = Sampler.of(1, 0, 1, 0).start(seed);
    return IntStream.range(0, 40)
        .mapToObj(i -> state.pick(candidates(logits(P)), new TokenHistory()))
        .toList();
  }

  private static int[] kept(SamplerStep step) {
    return ids(after(step, P));
  }

  private static int[] keptBy(List<SamplerStep> steps) {
    var c = candidates(logits(P));
    for (var step : steps) step.apply(c, new TokenHistory(), new SplittableRandom(1));
    return ids(c);
  }

  private static Candidates after(SamplerStep step, double[] probabilities) {
    return applied(step, logits(probabilities));
  }

  private static Candidates applied(SamplerStep step, float[] logits) {
    var c = candidates(logits);
    step.apply(c, new TokenHistory(), new SplittableRandom(1));
    return c;
  }

  private static Candidates candidates(float... logits) {
    var c = new Candidates(logits.length);
    c.reset(logits);
    return c;
  }

  /// Logits need not be normalised: 3 is added to show it.
  private static float[] logits(double[] probabilities) {
    var logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) logits[i] = (float) (Math.log(probabilities[i]) + 3);
    return logits;
  }

  private static int[] ids(Candidates c) {
    return IntStream.range(0, c.size()).map(c::id).toArray();
  }

  private static float[] logits(Candidates c) {
    var logits = new float[c.size()];
    for (int i = 0; i < logits.length; i++) logits[i] = c.logit(i);
    return logits;
  }

  private static float logit(Candidates c, int id) {
    return c.logit(IntStream.range(0, c.size()).filter(i -> c.id(i) == id).findAny().orElseThrow());
  }

  private static double probability(Candidates c, int id) {
    int at = IntStream.range(0, c.size()).filter(i -> c.id(i) == id).findAny().orElseThrow();
    return c.probabilities()[at];
  }
}
