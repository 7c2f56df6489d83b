package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.model.Batch;
import altiplano.model.LlamaModel;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// What is read once for several texts, or several times for one.
@TestInstance(Lifecycle.PER_CLASS)
class CompletionsTest {
  private static final GenerationOptions OPTIONS =
      GenerationOptions.GREEDY
          .withSampler(Sampler.of(1, 0, 0.95f, 0))
          .withSeed(7)
          .withMaxTokens(40);

  private LlamaModel model;
  private int[] prompt;

  @BeforeAll
  void openModel() {
    model = GenerationTest.open(2);
    prompt = Prompts.raw(model.tokenizer(), "Once upon a time");
  }

  @AfterAll
  void closeModel() {
    if (model != null) model.close();
  }

  @Test
  void several_texts_are_those_of_their_seeds() {
    var together = Completions.of(model, prompt, OPTIONS, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(together.get(i).tokens()).isEqualTo(complete(OPTIONS.withSeed(7 + i)).tokens());
    }
  }

  @Test
  void perplexity_is_the_mean_of_the_log_probabilities() {
    int[] ids = complete(OPTIONS.withMaxTokens(120)).tokens().stream().mapToInt(i -> i).toArray();
    double[] expected = whole(ids);
    double[] scores = Perplexity.logProbabilities(model, ids, 200, 100);
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i]).isCloseTo(expected[i], within(1e-4));
    }
    var told = Perplexity.of(model, ids, 500, 200, 100);
    double mean = -Arrays.stream(expected).average().orElseThrow();
    assertThat(told.tokens()).isEqualTo(ids.length - 1);
    assertThat(told.natsPerToken()).isCloseTo(mean, within(1e-4));
    assertThat(told.perplexity()).isCloseTo(Math.exp(mean), within(1e-3));
    assertThat(told.bitsPerByte())
        .isCloseTo(mean * (ids.length - 1) / Math.log(2) / 500, within(1e-4));
  }

  @Test
  void the_tokens_of_a_prompt_have_log_probabilities_and_alternatives() {
    int[] ids = complete(OPTIONS.withMaxTokens(120)).tokens().stream().mapToInt(i -> i).toArray();
    double[] expected = whole(ids);
    var told = LogProbabilities.ofText(model, ids, 2);
    assertThat(told).hasSize(ids.length - 1);
    for (int i = 0; i < told.size(); i++) {
      assertThat(told.get(i).id()).isEqualTo(ids[i + 1]);
      assertThat(told.get(i).logProbability()).isCloseTo(expected[i], within(1e-4));
      assertThat(told.get(i).top()).hasSize(2);
      assertThat(told.get(i).top().getFirst().logProbability())
          .isGreaterThanOrEqualTo(told.get(i).logProbability());
    }
    assertThat(LogProbabilities.ofText(model, new int[] {1}, 2)).isEmpty();
  }

  @Test
  void a_sliding_window_scores_every_token_with_what_its_window_holds() {
    int[] ids = complete(OPTIONS.withMaxTokens(100)).tokens().stream().mapToInt(i -> i).toArray();
    double[] scores = Perplexity.logProbabilities(model, ids, 30, 10);
    assertThat(scores).hasSize(ids.length - 1);
    // The first window is seen from its beginning; token 30 is the first of the second window's.
    double[] first = whole(Arrays.copyOf(ids, 30));
    double[] second = whole(Arrays.copyOfRange(ids, 10, 40));
    for (int i = 0; i < 29; i++) assertThat(scores[i]).isCloseTo(first[i], within(1e-4));
    for (int i = 29; i < 39; i++) assertThat(scores[i]).isCloseTo(second[i - 10], within(1e-4));
  }

  @Test
  void a_window_that_does_not_move_is_refused() {
    assertThatThrownBy(() -> Perplexity.logProbabilities(model, prompt, 30, 30))
        .hasMessageStartingWith("a window of 30 with stride 30");
  }

  @Test
  void a_known_beginning_is_not_computed_again() {
    int[] other = Arrays.copyOf(prompt, 8);
    try (var prompts = new PromptCache(model, 1 << 30)) {
      assertThat(generate(prompts, prompt).cachedTokens()).isZero();
      assertThat(generate(prompts, prompt).cachedTokens()).isEqualTo(prompt.length - 1);
      assertThat(generate(prompts, other).cachedTokens()).isEqualTo(prompt.length);
      assertThat(generate(prompts, prompt).tokens()).isEqualTo(complete(OPTIONS).tokens());
    }
  }

  @Test
  void branches_share_their_trunk_and_unused_leaves_go_first() {
    int[] trunk = IntStream.range(100, 228).toArray();
    long page;
    try (var prompts = new PromptCache(model, 1 << 30)) {
      keep(prompts, trunk, 1);
      page = prompts.bytes() / 3;
      keep(prompts, trunk, 2);
      assertThat(prompts.size()).isEqualTo(2);
      assertThat(prompts.bytes()).isEqualTo(4 * page);
    }
    try (var prompts = new PromptCache(model, 4 * page)) {
      for (int branch = 1; branch <= 2; branch++) keep(prompts, trunk, branch);
      known(prompts, trunk, 1);
      keep(prompts, trunk, 3);
      assertThat(prompts.size()).isEqualTo(2);
      assertThat(known(prompts, trunk, 1)).isEqualTo(129);
      assertThat(known(prompts, trunk, 3)).isEqualTo(129);
      assertThat(known(prompts, trunk, 2)).isEqualTo(128);
    }
  }

  private void keep(PromptCache prompts, int[] trunk, int branch) {
    int[] ids = branch(trunk, branch);
    try (var cache = prompts.take(ids)) {
      int[] rest = Arrays.copyOfRange(ids, cache.length(), ids.length);
      model.forward(Batch.of(cache, rest, Batch.Wanted.NONE));
      prompts.keep(cache);
    }
  }

  private static int known(PromptCache prompts, int[] trunk, int branch) {
    try (var cache = prompts.take(branch(trunk, branch))) {
      return cache.length();
    }
  }

  private static int[] branch(int[] trunk, int branch) {
    int[] ids = Arrays.copyOf(trunk, trunk.length + 1);
    ids[trunk.length] = branch;
    return ids;
  }

  private Completion generate(PromptCache prompts, int[] ids) {
    var cache = prompts.take(ids);
    try (var generation = Generation.start(model, cache, ids, OPTIONS)) {
      var completion = generation.complete();
      prompts.keep(cache);
      return completion;
    }
  }

  /// The log-probability of each token but the first, all seen at once.
  private double[] whole(int[] ids) {
    try (var cache = model.newCache()) {
      var logits = model.forward(Batch.of(cache, ids, Batch.Wanted.ALL));
      return IntStream.range(0, ids.length - 1)
          .mapToDouble(i -> {
            float[] row = logits.row(i);
            double sum = 0;
            for (float logit : row) sum += Math.exp(logit);
            return row[ids[i + 1]] - Math.log(sum);
          })
          .toArray();
    }
  }

  private Completion complete(GenerationOptions options) {
    try (var generation = Generation.start(model, prompt, options)) {
      return generation.complete();
    }
  }
}
