package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import altiplano.files.ModelFile;
import altiplano.kernels.CacheType;
import altiplano.kernels.KernelOptions;
import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.model.Batch.Wanted;
import altiplano.tensor.ElementType;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardTest {
  /// More than one page of the cache, and no multiple of anything.
  private static final int TOKENS = 83;

  static Stream<Arguments> configs() {
    return TestConfigs.all().entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configs")
  void every_variant_agrees_with_the_reference(String name, LlamaConfig config) {
    var file = RandomModel.of(config, ElementType.F32, 1);
    int[] tokens = tokens(config, TOKENS, 2);
    var expected = new ReferenceLlama(config, file).logits(tokens, config.causal());
    try (var model = open(file, 2);
        var cache = model.newCache()) {
      assertThat(model.config()).isEqualTo(config);
      assertRows(model.forward(Batch.of(cache, tokens, Wanted.ALL)), 0, expected, 2e-4);
    }
  }

  @Test
  void the_number_of_threads_changes_no_bit() {
    var config = TestConfigs.LLAMA;
    int[] tokens = tokens(config, TOKENS, 3);
    float[][] first = logits(config, 1, tokens);
    for (int threads : new int[] {2, 3, 7}) {
      assertThat(logits(config, threads, tokens)).isDeepEqualTo(first);
    }
  }

  @Test
  void one_by_one_in_chunks_and_at_once_agree() {
    try (var model = open(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), 2)) {
      int[] tokens = tokens(model.config(), TOKENS, 4);
      var whole = rows(model, tokens, TOKENS);
      for (int step : new int[] {1, 2, 7, 64, 65}) {
        assertClose(rows(model, tokens, step), whole);
      }
    }
  }

  @Test
  void a_prompt_longer_than_a_pass_gives_what_single_steps_give() {
    var config = TestConfigs.with("llama.context_length", 1024L);
    try (var model = open(RandomModel.of(config, ElementType.F32, 1), 2)) {
      int[] tokens = tokens(config, 530, 5);
      assertClose(rows(model, tokens, 530), rows(model, tokens, 100));
    }
  }

  @Test
  void many_sequences_at_once_give_what_each_alone_gives() {
    try (var model = open(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), 2)) {
      int[] lengths = {1, 70, 3, 64, 17};
      var caches = Arrays.stream(lengths).mapToObj(n -> model.newCache()).toList();
      var batch = new Batch();
      for (int i = 0; i < lengths.length; i++) {
        batch.add(caches.get(i), tokens(model.config(), lengths[i], i), Wanted.ALL);
      }
      var together = model.forward(batch);
      int row = 0;
      for (int i = 0; i < lengths.length; i++) {
        var alone = rows(model, tokens(model.config(), lengths[i], i), lengths[i]);
        for (var expected : alone) assertClose(together.row(row++), expected);
      }
      // Each goes on from where it stands, in another order and with different lengths.
      var next = new Batch();
      for (int i = lengths.length - 1; i >= 0; i--) {
        next.add(caches.get(i), new int[] {5, 6}, Wanted.LAST);
      }
      var last = model.forward(next);
      for (int i = 0; i < lengths.length; i++) {
        int[] tokens = Arrays.copyOf(tokens(model.config(), lengths[i], i), lengths[i] + 2);
        tokens[lengths[i]] = 5;
        tokens[lengths[i] + 1] = 6;
        var alone = rows(model, tokens, tokens.length);
        assertClose(last.row(lengths.length - 1 - i), alone[tokens.length - 1]);
      }
      caches.forEach(KeyValueCache::close);
    }
  }

  @Test
  void only_wanted_rows_are_given() {
    try (var model = open(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), 2);
        var a = model.newCache();
        var b = model.newCache();
        var c = model.newCache()) {
      int[] tokens = tokens(model.config(), 9, 6);
      var all = rows(model, tokens, 9);
      var logits =
          model.forward(
              new Batch()
                  .add(a, tokens, Wanted.LAST)
                  .add(b, tokens, Wanted.NONE)
                  .add(c, tokens, Wanted.ALL));
      assertThat(logits.rows()).isEqualTo(10);
      assertClose(logits.row(0), all[8]);
      for (int row = 0; row < 9; row++) assertClose(logits.row(row + 1), all[row]);
    }
  }

  @Test
  void a_sequence_beyond_the_context_is_refused_and_left_as_it_was() {
    var options = options(2).withContext(10);
    try (var model = LlamaModel.of(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), options);
        var cache = model.newCache()) {
      model.forward(Batch.of(cache, tokens(model.config(), 8, 7), Wanted.NONE));
      assertThatThrownBy(() -> model.forward(Batch.of(cache, new int[] {1, 2, 3}, Wanted.LAST)))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageStartingWith("11 tokens exceed the context of 10.");
      assertThat(cache.length()).isEqualTo(8);
    }
  }

  @Test
  void a_decoding_step_allocates_next_to_nothing() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (var model = open(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), 1);
        var cache = model.newCache()) {
      assumeThat(model.engine()).as("the reference allocates").isNotEqualTo("scalar");
      var logits = new Logits();
      int[] token = {5};
      // Until the compiler has seen enough of it, vectors are objects: the steady state counts.
      long perToken = Long.MAX_VALUE;
      for (int round = 0; round < 100 && perToken >= 4096; round++) {
        cache.truncate(0);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 60; i++) model.forward(Batch.of(cache, token, Wanted.LAST), logits);
        perToken = (threads.getCurrentThreadAllocatedBytes() - before) / 60;
      }
      // The batch, and a few views a layer; nothing of the size of a row.
      assertThat(perToken).isLessThan(4096);
    }
  }

  @Test
  void ids_outside_the_vocabulary_are_refused() {
    try (var model = open(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), 1);
        var cache = model.newCache()) {
      assertThatThrownBy(() -> model.forward(Batch.of(cache, new int[] {131}, Wanted.LAST)))
          .hasMessage("token id 131 is outside the vocabulary of 131");
    }
  }

  @Test
  void a_closed_model_says_so() {
    var model = open(RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1), 1);
    var cache = model.newCache();
    model.close();
    assertThatThrownBy(() -> model.forward(Batch.of(cache, new int[] {1}, Wanted.LAST)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model random is closed");
    cache.close();
  }

  private static float[][] logits(LlamaConfig config, int threads, int[] tokens) {
    try (var model = open(RandomModel.of(config, ElementType.F32, 1), threads)) {
      return rows(model, tokens, tokens.length);
    }
  }

  /// Returns the logits of all tokens, read `step` at a time.
  private static float[][] rows(LlamaModel model, int[] tokens, int step) {
    var rows = new float[tokens.length][];
    try (var cache = model.newCache()) {
      for (int from = 0; from < tokens.length; from += step) {
        int to = Math.min(from + step, tokens.length);
        var logits =
            model.forward(Batch.of(cache, Arrays.copyOfRange(tokens, from, to), Wanted.ALL));
        for (int i = from; i < to; i++) rows[i] = logits.row(i - from);
      }
    }
    return rows;
  }

  private static void assertClose(float[][] actual, float[][] expected) {
    for (int row = 0; row < expected.length; row++) assertClose(actual[row], expected[row]);
  }

  private static void assertClose(float[] actual, float[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(2e-4f));
    }
  }

  private static void assertRows(Logits actual, int from, double[][] expected, double tolerance) {
    for (int row = 0; row < expected.length; row++) {
      float[] logits = actual.row(from + row);
      for (int i = 0; i < logits.length; i++) {
        assertThat((double) logits[i])
            .as("row %d, id %d", row, i)
            .isCloseTo(expected[row][i], within(tolerance));
      }
    }
  }

  static LlamaModel open(ModelFile file, int threads) {
    return LlamaModel.of(file, options(threads));
  }

  static ModelOptions options(int threads) {
    return ModelOptions.DEFAULT
        .withCache(CacheType.FLOAT32)
        .withKernels(new KernelOptions(Engine.AUTO, threads, Activations.FLOAT32, true));
  }

  static int[] tokens(LlamaConfig config, int count, long seed) {
    return new SplittableRandom(seed).ints(count, 0, config.vocabulary()).toArray();
  }
}
