package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import altiplano.kernels.CacheType;
import altiplano.kernels.KernelOptions;
import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.model.Batch.Wanted;
import altiplano.testing.Shared;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Scores and greedy texts equal those of transformers and of a separate pass in float64, which
/// share no code with this one.
@TestInstance(Lifecycle.PER_CLASS)
class OracleTest {
  /// How far scores may be from float64's by the arithmetic used, as the fixtures' page says.
  ///
  /// @param shortError of a short text, largest single error
  /// @param longError of a long one
  /// @param rms over positions
  /// @param margin above which the argmax is equal
  private record Tolerance(double shortError, double longError, double rms, double margin) {}

  private static final Tolerance FLOAT32 = new Tolerance(1e-4, 1e-3, 1e-3, 2e-3);
  private static final Tolerance FLOAT16_CACHE = new Tolerance(0.06, 0.06, 0.06, 0.02);
  private static final Tolerance EIGHT_BITS = new Tolerance(1.2, 1.2, 0.15, Double.MAX_VALUE);
  private static final int MOST_ARGMAX_CHANGES = 70;

  private final Oracle oracle = Oracle.open();

  static List<String> models() {
    return Stream.of(
            "f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k", "q4_k",
            "q5_k", "q6_k")
        .map(type -> "tiny-" + type + ".gguf")
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-hf", "tiny-hf-sharded"})
  void hugging_face_folders_score_and_continue_as_expected(String name) {
    assertScores(name, CacheType.FLOAT32, Activations.FLOAT32, FLOAT32);
    assertGreedy(name, "greedy40", CacheType.FLOAT32, Activations.FLOAT32);
  }

  @ParameterizedTest
  @MethodSource("models")
  void float32_scores_are_equal(String name) {
    assertScores(name, CacheType.FLOAT32, Activations.FLOAT32, FLOAT32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-f32.gguf", "tiny-q4_k.gguf"})
  void scores_with_a_float16_cache_are_near(String name) {
    assertScores(name, CacheType.FLOAT16, Activations.FLOAT32, FLOAT16_CACHE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-f32.gguf", "tiny-q4_k.gguf"})
  void scores_with_an_int8_cache_are_near(String name) {
    assertScores(name, CacheType.INT8, Activations.FLOAT32, EIGHT_BITS);
  }

  @ParameterizedTest
  @MethodSource("models")
  void scores_with_8_bit_activations_are_near(String name) {
    assertScores(name, CacheType.FLOAT32, Activations.INT8, EIGHT_BITS);
  }

  @ParameterizedTest
  @MethodSource("models")
  void greedy_texts_are_equal(String name) {
    assertGreedy(name, "greedy40", CacheType.FLOAT32, Activations.FLOAT32);
    assertGreedy(name, "greedy40", CacheType.FLOAT16, Activations.INT8);
    assertGreedy(name, "greedy40", CacheType.INT8, Activations.FLOAT32);
  }

  @Test
  void the_trained_model_scores_and_continues_as_expected() {
    var name = "stories260K-f32.gguf";
    try (var model = open(name, CacheType.FLOAT32, Activations.FLOAT32)) {
      assertScores(model, oracle.at("files", name, "scored"), FLOAT32, FLOAT32.longError);
    }
    assertGreedy(name, "greedy60", CacheType.FLOAT32, Activations.FLOAT32);
  }

  @Test
  void two_hundred_greedy_steps_from_begin_of_text_alone_are_equal() {
    var name = "stories260K-f32.gguf";
    try (var model = open(name, CacheType.FLOAT32, Activations.FLOAT32)) {
      int[] expected = oracle.at("files", name, "from_bos_200").ids("new_tokens");
      assertThat(greedy(model, new int[] {1}, expected.length)).isEqualTo(expected);
    }
  }

  private void assertScores(
      String name, CacheType cache, Activations activations, Tolerance tolerance) {
    try (var model = open(name, cache, activations)) {
      var expected = oracle.at("files", name);
      assertScores(model, expected.at("short"), tolerance, tolerance.shortError);
      assertScores(model, expected.at("long"), tolerance, tolerance.longError);
    }
  }

  private static void assertScores(
      LlamaModel model, Oracle expected, Tolerance tolerance, double largestError) {
    int[] tokens = expected.ids("tokens");
    int[] argmax = expected.ids("argmax");
    double[] logit = expected.numbers("logit_f64");
    double[] logSum = expected.numbers("logsumexp_f64");
    double[] margin = expected.numbers("margin");
    double squares = 0;
    int changed = 0;
    try (var cache = model.newCache()) {
      var logits = model.forward(Batch.of(cache, tokens, Wanted.ALL));
      for (int t = 0; t < tokens.length; t++) {
        float[] row = logits.row(t);
        double error = row[argmax[t]] - logit[t];
        assertThat(error).as("logit at position %d", t).isBetween(-largestError, largestError);
        assertThat(logSumExp(row))
            .as("logsumexp at position %d", t)
            .isCloseTo(logSum[t], within(largestError));
        squares += error * error;
        if (argmax(row) != argmax[t]) {
          changed++;
          assertThat(margin[t]).as("margin at position %d", t).isLessThan(tolerance.margin);
        }
      }
    }
    assertThat(Math.sqrt(squares / tokens.length)).isLessThan(tolerance.rms);
    assertThat(changed).isLessThanOrEqualTo(MOST_ARGMAX_CHANGES);
  }

  private void assertGreedy(String name, String key, CacheType cache, Activations activations) {
    var expected = oracle.at("files", name, key);
    int[] tokens = expected.ids("new_tokens");
    try (var model = open(name, cache, activations)) {
      assertThat(greedy(model, expected.ids("start_tokens"), tokens.length))
          .as("%s cache, %s activations", cache, activations)
          .isEqualTo(tokens);
    }
  }

  private static int[] greedy(LlamaModel model, int[] start, int count) {
    var tokens = new int[count];
    try (var cache = model.newCache()) {
      int[] next = start;
      for (int i = 0; i < count; i++) {
        tokens[i] = argmax(model.forward(Batch.of(cache, next, Wanted.LAST)).row(0));
        next = new int[] {tokens[i]};
      }
    }
    return tokens;
  }

  private static int argmax(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
    return best;
  }

  private static double logSumExp(float[] row) {
    double largest = row[argmax(row)];
    double sum = 0;
    for (float logit : row) sum += Math.exp(logit - largest);
    return largest + Math.log(sum);
  }

  private static LlamaModel open(String name, CacheType cache, Activations activations) {
    var kernels = new KernelOptions(Engine.AUTO, 2, activations, true);
    return LlamaModel.open(
        Shared.path("fixtures/" + name),
        ModelOptions.DEFAULT.withCache(cache).withKernels(kernels));
  }
}
