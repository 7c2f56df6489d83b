package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.model.Batch;
import altiplano.model.LlamaModel;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Texts that outgrow their context.
@TestInstance(Lifecycle.PER_CLASS)
class ContextShiftTest {
  private static final int CONTEXT = 24;
  private static final int KEPT = 5;

  private LlamaModel small;
  private int[] prompt;

  @BeforeAll
  void openModel() {
    small = GenerationTest.open(1, CONTEXT);
    prompt = Prompts.raw(small.tokenizer(), "Once upon a time");
  }

  @AfterAll
  void closeModel() {
    if (small != null) small.close();
  }

  @Test
  void after_a_shift_the_text_goes_on_as_if_the_dropped_tokens_had_never_been() {
    var options = GenerationOptions.GREEDY.withContextShift(KEPT).withMaxTokens(60);
    var completion = complete(options, (history, most) -> new int[0]);
    int[] all =
        IntStream.concat(
                Arrays.stream(prompt), completion.tokens().stream().mapToInt(Integer::intValue))
            .toArray();
    assertThat(all).hasSize(65);

    // What the model has seen before each token, by the rule and without a cache.
    int[] seen = prompt;
    int dropped = 0;
    for (int next = prompt.length; next < all.length; next++) {
      if (seen.length > CONTEXT) {
        int gone = (CONTEXT - KEPT + 1) / 2;
        int[] rest = Arrays.copyOfRange(seen, KEPT + gone, seen.length);
        seen = IntStream.concat(Arrays.stream(seen, 0, KEPT), Arrays.stream(rest)).toArray();
        dropped += gone;
      }
      assertThat(one(seen)).as("token %d", next).isEqualTo(all[next]);
      seen = Arrays.copyOf(seen, seen.length + 1);
      seen[seen.length - 1] = all[next];
    }
    assertThat(completion.droppedTokens()).isEqualTo(dropped).isPositive();
  }

  /// The greedy token after a text of at most the context.
  private int one(int[] text) {
    try (var cache = small.newCache()) {
      var logits = small.forward(Batch.of(cache, text, Batch.Wanted.LAST));
      var candidates = new Candidates(512);
      candidates.reset(logits.row(0));
      return candidates.id(candidates.best());
    }
  }

  @Test
  void guesses_and_several_texts_change_nothing() {
    var options = GenerationOptions.GREEDY.withContextShift(KEPT).withMaxTokens(60);
    var plain = complete(options, (history, most) -> new int[0]);
    assertThat(complete(options, new PromptLookup(2)).tokens()).isEqualTo(plain.tokens());
    for (var one : Completions.of(small, prompt, options, 2)) {
      assertThat(one.tokens()).isEqualTo(plain.tokens());
      assertThat(one.droppedTokens()).isEqualTo(plain.droppedTokens());
    }
  }

  @Test
  void without_it_the_text_ends_with_the_context_and_nothing_is_dropped() {
    var completion = complete(GenerationOptions.GREEDY, (history, most) -> new int[0]);
    assertThat(completion.finish()).isEqualTo(Finish.LENGTH);
    assertThat(completion.droppedTokens()).isZero();
  }

  @Test
  void a_shift_that_keeps_all_is_refused() {
    assertThatThrownBy(() ->
            complete(GenerationOptions.GREEDY.withContextShift(23), (history, most) -> new int[0]))
        .hasMessage("a context shift that keeps 23 tokens leaves no room in a context of 24");
    assertThatThrownBy(() -> GenerationOptions.GREEDY.withContextShift(-1))
        .hasMessage("a context shift keeps 0 tokens or more, not -1");
  }

  private Completion complete(GenerationOptions options, Drafter drafter) {
    try (var generation = Generation.start(small, small.newCache(), prompt, options, drafter)) {
      return generation.complete();
    }
  }
}
