package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.model.LlamaModel;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Guesses change the number of passes and nothing else.
@TestInstance(Lifecycle.PER_CLASS)
class SpeculationTest {
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
  void prompt_lookup_guesses_what_followed_before() {
    var lookup = new PromptLookup(3);
    assertThat(lookup.draft(new TokenHistory(1, 2, 3, 4, 5, 2, 3), 3)).containsExactly(4, 5, 2);
    assertThat(lookup.draft(new TokenHistory(1, 2, 3, 4, 5, 2, 3), 1)).containsExactly(4);
    // The longest end counts, then the latest occurrence.
    assertThat(lookup.draft(new TokenHistory(1, 2, 7, 2, 8, 1, 2), 1)).containsExactly(7);
    assertThat(lookup.draft(new TokenHistory(2, 7, 2, 8, 2), 1)).containsExactly(8);
    assertThat(lookup.draft(new TokenHistory(1, 2, 3), 4)).isEmpty();
  }

  @Test
  void greedy_text_with_prompt_lookup_is_the_same() {
    var options = GenerationOptions.GREEDY.withMaxTokens(200);
    var plain = complete(options, (history, most) -> new int[0]);
    var guessed = complete(options, new PromptLookup(3));
    assertThat(guessed.tokens()).isEqualTo(plain.tokens());
    assertThat(guessed.acceptedGuesses()).isPositive();
  }

  @Test
  void a_draft_model_that_agrees_saves_nearly_all_passes() {
    var options = GenerationOptions.GREEDY.withMaxTokens(60);
    try (var draft = GenerationTest.open(1)) {
      var guessed = complete(options, new DraftModel(draft, model));
      assertThat(guessed.tokens())
          .isEqualTo(complete(options, (history, most) -> new int[0]).tokens());
      assertThat(guessed.acceptedGuesses()).isGreaterThan(50);
    }
  }

  @Test
  void wrong_guesses_do_no_harm() {
    var random = new SplittableRandom(4);
    Drafter wrong = (history, most) -> random.ints(most, 0, 512).toArray();
    for (long seed = 1; seed <= 4; seed++) {
      var options =
          GenerationOptions.GREEDY
              .withSampler(Sampler.of(1, 0, 1, 0))
              .withSeed(seed)
              .withMaxTokens(40);
      assertThat(complete(options, wrong).text())
          .isEqualTo(complete(options, (history, most) -> new int[0]).text());
    }
  }

  @Test
  void drawn_tokens_have_the_same_distribution_with_and_without_guesses() {
    int rounds = 600;
    var plain = new int[512];
    var guessed = new int[512];
    for (int seed = 0; seed < rounds; seed++) {
      var options =
          GenerationOptions.GREEDY
              .withSampler(Sampler.of(1.3f, 6, 1, 0))
              .withSeed(seed)
              .withMaxTokens(3);
      plain[complete(options, (history, most) -> new int[0]).tokens().getLast()]++;
      // Other seeds: the two samples are independent.
      var others = options.withSeed(seed + 1_000_003L);
      Drafter drafter = (history, most) -> new int[] {432, 383, 286};
      guessed[complete(others, drafter).tokens().getLast()]++;
    }
    double chiSquared = 0;
    int kinds = 0;
    for (int id = 0; id < 512; id++) {
      if (plain[id] + guessed[id] < 10) continue;
      double difference = plain[id] - guessed[id];
      chiSquared += difference * difference / (plain[id] + guessed[id]);
      kinds++;
    }
    // Mean `kinds`, deviation sqrt(2 kinds): five deviations are never met by chance.
    assertThat(kinds).isGreaterThan(5);
    assertThat(chiSquared).isLessThan(kinds + 5 * Math.sqrt(2.0 * kinds));
  }

  @Test
  void guesses_stop_at_the_end_of_the_context() {
    try (var small = GenerationTest.open(1, 24)) {
      Drafter same =
          (history, most) -> {
            var guesses = new int[most];
            Arrays.fill(guesses, 5);
            return guesses;
          };
      try (var plain = Generation.start(small, prompt, GenerationOptions.GREEDY);
          var guessed =
              Generation.start(small, small.newCache(), prompt, GenerationOptions.GREEDY, same)) {
        assertThat(guessed.complete().tokens()).isEqualTo(plain.complete().tokens());
      }
    }
  }

  private Completion complete(GenerationOptions options, Drafter drafter) {
    try (var generation = Generation.start(model, model.newCache(), prompt, options, drafter)) {
      return generation.complete();
    }
  }
}
