package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.kernels.CacheType;
import altiplano.kernels.KernelOptions;
import altiplano.model.Batch;
import altiplano.model.ContextLengthException;
import altiplano.model.LlamaModel;
import altiplano.model.ModelOptions;
import altiplano.testing.Shared;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Text from a trained model of 260,000 parameters.
@TestInstance(Lifecycle.PER_CLASS)
class GenerationTest {
  private static final String START = "Once upon a time";
  private static final String GREEDY =
      ", there was a little girl named Lily. She loved to play outside in the park. One day, she"
          + " saw a big, red ball. She wanted to play with it, but it was too high.\n"
          + "Lily";

  private LlamaModel model;
  private int[] prompt;

  @BeforeAll
  void openModel() {
    model = open(2);
    prompt = Prompts.raw(model.tokenizer(), START);
  }

  @AfterAll
  void closeModel() {
    if (model != null) model.close();
  }

  @Test
  void a_prompt_begins_with_begin_of_text_once() {
    assertThat(prompt).isEqualTo(new int[] {1, 403, 407, 261, 378});
  }

  @Test
  void greedy_text_is_the_known_one() {
    var completion = complete(GenerationOptions.GREEDY.withMaxTokens(60));
    assertThat(completion.text()).isEqualTo(GREEDY);
    assertThat(completion.tokens()).hasSize(60).startsWith(432, 383);
    assertThat(completion.finish()).isEqualTo(Finish.LENGTH);
    assertThat(completion.promptTokens()).isEqualTo(5);
  }

  @Test
  void pieces_make_up_the_text() {
    try (var generation =
        Generation.start(model, prompt, GenerationOptions.GREEDY.withMaxTokens(60))) {
      var text = new StringBuilder();
      int tokens = 0;
      while (generation.hasNext()) {
        var piece = generation.next();
        text.append(piece.text());
        if (piece.token().isPresent()) tokens++;
      }
      assertThat(text.toString()).isEqualTo(GREEDY);
      assertThat(tokens).isEqualTo(60);
    }
  }

  @Test
  void a_stop_text_ends_the_text_before_it_and_is_no_part_of_it() {
    var options = GenerationOptions.GREEDY.withMaxTokens(60).withStops(List.of("the park", "ball"));
    var completion = complete(options);
    assertThat(completion.text())
        .isEqualTo(", there was a little girl named Lily. She loved to play outside in ");
    assertThat(completion.finish()).isEqualTo(Finish.STOP);
  }

  @Test
  void the_same_seed_gives_the_same_text_whatever_the_number_of_threads() {
    var options =
        GenerationOptions.GREEDY
            .withSampler(Sampler.of(1, 0, 0.95f, 0))
            .withMaxTokens(60)
            .withSeed(17);
    var text = complete(options).text();
    assertThat(complete(options).text()).isEqualTo(text);
    assertThat(complete(options.withSeed(18)).text()).isNotEqualTo(text);
    for (int threads : new int[] {1, 3}) {
      try (var other = open(threads);
          var generation = Generation.start(other, prompt, options)) {
        assertThat(generation.complete().text()).isEqualTo(text);
      }
    }
  }

  @Test
  void cancelling_from_another_thread_ends_it_within_a_token() throws InterruptedException {
    try (var generation = Generation.start(model, prompt, GenerationOptions.GREEDY)) {
      for (int i = 0; i < 5; i++) generation.next();
      var done = new CountDownLatch(1);
      Thread.ofVirtual()
          .start(() -> {
            generation.cancel();
            done.countDown();
          });
      done.await();
      assertThat(generation.next().token()).isEmpty();
      assertThat(generation.hasNext()).isFalse();
      assertThat(generation.completion().finish()).isEqualTo(Finish.CANCELLED);
      assertThat(generation.completion().tokens()).hasSize(5);
    }
  }

  @Test
  void the_context_ends_a_text_and_refuses_a_prompt_that_fills_it() {
    try (var small = open(1, 20)) {
      try (var generation = Generation.start(small, prompt, GenerationOptions.GREEDY)) {
        var completion = generation.complete();
        assertThat(completion.finish()).isEqualTo(Finish.LENGTH);
        // 20 positions are read, and the last one's logits choose one token more.
        assertThat(completion.tokens()).hasSize(16);
      }
      assertThatThrownBy(() -> Generation.start(small, new int[20], GenerationOptions.GREEDY))
          .isInstanceOf(ContextLengthException.class);
    }
  }

  @Test
  void a_cache_that_holds_a_part_of_the_prompt_is_not_computed_again() {
    var cache = model.newCache();
    var options = GenerationOptions.GREEDY.withMaxTokens(60);
    try (var first = Generation.start(model, cache, prompt, options.withMaxTokens(20))) {
      first.complete();
      int[] longer = Arrays.copyOf(cache.tokens(), 15);
      try (var second = Generation.start(model, cache.fork(), longer, options)) {
        var completion = second.complete();
        assertThat(completion.cachedTokens()).isEqualTo(14);
        assertThat(model.tokenizer().decode(longer) + completion.text()).startsWith(START + GREEDY);
      }
    }
  }

  @Test
  void log_probabilities_are_those_of_the_models_own_logits() {
    var sampler = Sampler.of(0.5f, 5, 1, 0).after(new SamplerStep.RepetitionPenalty(1.5f, 64));
    var options =
        GenerationOptions.GREEDY
            .withMaxTokens(10)
            .withSeed(1)
            .withSampler(sampler)
            .withLogProbabilities(3);
    var told = complete(options).logProbabilities();
    assertThat(told).hasSize(10);
    try (var cache = model.newCache()) {
      var batch = Batch.of(cache, prompt, Batch.Wanted.LAST);
      float[] logits = model.forward(batch).row(0);
      double sum = 0;
      for (float logit : logits) sum += Math.exp(logit);
      var first = told.getFirst();
      assertThat(first.logProbability())
          .isCloseTo(logits[first.id()] - Math.log(sum), within(1e-4));
      assertThat(first.top()).hasSize(3);
      assertThat(first.top().getFirst().logProbability()).isGreaterThan(-1);
    }
  }

  @Test
  void no_tokens_asked_for_give_no_text() {
    assertThat(complete(GenerationOptions.GREEDY.withMaxTokens(0)).text()).isEmpty();
  }

  @Test
  void a_constraint_bounds_the_text() {
    var constraint = Constraint.regex("[A-Z][a-z]+ was [0-9]{2}\\.");
    for (long seed = 1; seed <= 5; seed++) {
      var options =
          GenerationOptions.GREEDY
              .withSampler(Sampler.of(1.5f, 0, 1, 0))
              .withSeed(seed)
              .withMaxTokens(200)
              .withConstraint(constraint);
      var completion = complete(options);
      assertThat(completion.finish()).isEqualTo(Finish.STOP);
      assertThat(completion.text()).matches("[A-Z][a-z]+ was [0-9]{2}\\.");
    }
  }

  @Test
  void defaults_come_from_metas_code_where_the_model_says_nothing() {
    assertThat(GenerationOptions.of(model).sampler()).isEqualTo(Sampler.of(0.6f, 0, 0.9f, 0));
  }

  private Completion complete(GenerationOptions options) {
    try (var generation = Generation.start(model, prompt, options)) {
      return generation.complete();
    }
  }

  static LlamaModel open(int threads, int... context) {
    var options =
        ModelOptions.DEFAULT
            .withCache(CacheType.FLOAT32)
            .withKernels(
                new KernelOptions(
                    KernelOptions.Engine.AUTO, threads, KernelOptions.Activations.FLOAT32, true));
    if (context.length > 0) options = options.withContext(context[0]);
    return LlamaModel.open(Shared.path("fixtures/stories260K-f32.gguf"), options);
  }
}
