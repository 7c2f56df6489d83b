package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.generation.BeamSearch.Found;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Beams against an exhaustive search and against greedy decoding.
@TestInstance(Lifecycle.PER_CLASS)
class BeamSearchTest {
  private static final GenerationOptions OPTIONS = GenerationOptions.GREEDY.withMaxTokens(20);

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
  void beams_as_wide_as_the_vocabulary_find_the_most_probable_pair_of_all() {
    var best = BeamSearch.of(model, prompt, OPTIONS.withMaxTokens(2), 512, 1).getFirst();
    var expected = mostProbablePair();
    assertThat(best.completion().tokens()).isEqualTo(expected.tokens);
    assertThat(best.logProbability()).isCloseTo(expected.logProbability, within(1e-4));
    assertThat(best.score()).isCloseTo(expected.logProbability / 2, within(1e-4));
  }

  private record Pair(List<Integer> tokens, double logProbability) {}

  private Pair mostProbablePair() {
    try (var cache = model.newCache()) {
      double[] first = logSoftmax(model.forward(Batch.of(cache, prompt, Batch.Wanted.LAST)).row(0));
      var best = new Pair(List.of(), Double.NEGATIVE_INFINITY);
      for (int id = 0; id < first.length; id++) {
        if (model.tokenizer().endIds().contains(id)) continue;
        try (KeyValueCache fork = cache.fork()) {
          var batch = Batch.of(fork, new int[] {id}, Batch.Wanted.LAST);
          double[] second = logSoftmax(model.forward(batch).row(0));
          for (int next = 0; next < second.length; next++) {
            double sum = first[id] + second[next];
            if (!model.tokenizer().endIds().contains(next) && sum > best.logProbability) {
              best = new Pair(List.of(id, next), sum);
            }
          }
        }
      }
      return best;
    }
  }

  private static double[] logSoftmax(float[] logits) {
    double sum = 0;
    for (float logit : logits) sum += Math.exp(logit);
    double log = Math.log(sum);
    var result = new double[logits.length];
    Arrays.setAll(result, id -> logits[id] - log);
    return result;
  }

  @Test
  void one_beam_without_a_length_penalty_is_greedy() {
    try (var generation = Generation.start(model, prompt, OPTIONS)) {
      var found = BeamSearch.of(model, prompt, OPTIONS, 1, 0);
      assertThat(found).hasSize(1);
      assertThat(found.getFirst().completion().text()).isEqualTo(generation.complete().text());
      assertThat(found.getFirst().completion().tokens()).hasSize(20);
    }
  }

  @Test
  void more_beams_find_more_probable_texts_and_none_twice() {
    double last = Double.NEGATIVE_INFINITY;
    for (int width : new int[] {1, 4, 16}) {
      var found = BeamSearch.of(model, prompt, OPTIONS, width, 1);
      assertThat(found).hasSizeLessThanOrEqualTo(width).isSortedAccordingTo(byScore());
      assertThat(found.stream().map(one -> one.completion().tokens())).doesNotHaveDuplicates();
      assertThat(found.getFirst().score()).isGreaterThanOrEqualTo(last - 1e-5);
      last = found.getFirst().score();
    }
  }

  private static Comparator<Found> byScore() {
    return Comparator.comparingDouble(Found::score).reversed();
  }

  @Test
  void the_log_probability_is_the_sum_of_the_tokens_own() {
    var found = BeamSearch.of(model, prompt, OPTIONS.withLogProbabilities(2), 3, 1);
    for (var one : found) {
      var told = one.completion().logProbabilities();
      assertThat(told.stream().map(LogProbabilities::id)).isEqualTo(one.completion().tokens());
      double sum = told.stream().mapToDouble(LogProbabilities::logProbability).sum();
      assertThat(one.logProbability()).isCloseTo(sum, within(1e-3));
    }
  }

  @Test
  void a_constraint_and_stop_texts_bind_every_beam() {
    var form = Constraint.regex("[a-c]{4}( the)?");
    var bound = BeamSearch.of(model, prompt, OPTIONS.withConstraint(form), 4, 1);
    assertThat(bound).isNotEmpty();
    for (var one : bound) assertThat(form.accepts(one.completion().text())).isTrue();

    var stopped = BeamSearch.of(model, prompt, OPTIONS.withStops(List.of("girl")), 2, 0);
    assertThat(stopped.getFirst().completion().text()).isEqualTo(", there was a little ");
    assertThat(stopped.getFirst().completion().finish()).isEqualTo(Finish.STOP);
  }

  @Test
  void the_end_of_the_context_ends_a_beam() {
    try (var small = GenerationTest.open(1, 20)) {
      for (var one : BeamSearch.of(small, prompt, GenerationOptions.GREEDY, 2, 1)) {
        assertThat(one.completion().tokens()).hasSize(16);
        assertThat(one.completion().finish()).isEqualTo(Finish.LENGTH);
      }
    }
  }

  @Test
  void impossible_settings_are_refused() {
    assertThatThrownBy(() -> BeamSearch.of(model, prompt, OPTIONS, 0, 1))
        .hasMessage("a beam search keeps 1 text or more");
    assertThatThrownBy(() -> BeamSearch.of(model, prompt, OPTIONS, 2, -1))
        .hasMessage("a length penalty is 0 or more, not -1.0");
    assertThatThrownBy(() -> BeamSearch.of(model, prompt, OPTIONS.withContextShift(1), 2, 1))
        .hasMessage("a beam search compares whole texts: it shifts no context");
  }
}
