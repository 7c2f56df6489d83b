package altiplano.training.objective;

import static altiplano.training.model.TestModels.takeGradients;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import altiplano.model.Head.Pooling;
import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.model.TestModels;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What must hold of losses and gradients, whatever the weights.
class LawsTest {
  private static final int MASK = 63;

  // ---- masked token ----

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void only_places_that_were_chosen_are_predicted_and_changed(boolean shifted) {
    int[] text = new SplittableRandom(1).ints(4000, 0, 60).toArray();
    var task = new MaskedToken(0.15, shifted, MASK, 60, TokenLoss.PLAIN);
    var batch = (MaskedToken.Hidden) task.batch(List.of(List.of(text)), 2, "test");
    int chosen = 0;
    int masked = 0;
    int replaced = 0;
    for (int i = 0; i < text.length; i++) {
      int predictor = shifted ? i - 1 : i;
      boolean predicted = predictor >= 0 && batch.targets()[predictor] != Ops.IGNORED;
      int shown = batch.inputs().tokens()[i];
      if (!predicted) {
        assertThat(shown).as("a place that was not chosen").isEqualTo(text[i]);
        continue;
      }
      assertThat(batch.targets()[predictor]).isEqualTo(text[i]);
      chosen++;
      if (shown == MASK) masked++;
      else if (shown != text[i]) replaced++;
    }
    assertThat(batch.units()).isEqualTo(chosen);
    assertThat(chosen / 4000.0).isCloseTo(0.15, within(0.02));
    assertThat((double) masked / chosen).isCloseTo(0.8, within(0.06));
    assertThat((double) replaced / chosen).isCloseTo(0.1, within(0.05));
  }

  @Test
  void the_loss_of_masked_tokens_is_that_of_the_chosen_places_alone() {
    try (var _ = Scope.inference()) {
      var model = TestModels.of(TestModels.llama(), 1, 0);
      var task = new MaskedToken(0.3, true, MASK, 60, TokenLoss.PLAIN);
      var batch = (MaskedToken.Hidden) task.batch(List.of(TestModels.texts(2)), 3, "test");
      var scores = Ops.logSoftmax(model.logits(model.hidden(batch.inputs(), false))).floats();
      double expected = 0;
      for (int row = 0; row < batch.targets().length; row++) {
        long target = batch.targets()[row];
        if (target != Ops.IGNORED) expected -= scores[row * 64 + (int) target];
      }
      assertThat(expected).isPositive();
      assertThat(batch.run(model, Backward.NONE).loss()).isCloseTo(expected, within(1e-3));
    }
  }

  // ---- layout ----

  @Test
  void packed_texts_have_the_loss_and_gradient_of_the_texts_alone() {
    try (var _ = Scope.training()) {
      var model = TestModels.of(TestModels.llama(), 4, 0);
      var texts = TestModels.texts(5);
      double together = nextToken(model, texts, texts.stream().mapToInt(t -> t.length).toArray());
      var expected = takeGradients(model);
      double alone = 0;
      for (int[] text : texts) alone += nextToken(model, List.of(text), text.length);
      assertThat(together).isCloseTo(alone, within(1e-3));
      assertClose(takeGradients(model), expected);
    }
  }

  @Test
  void texts_without_padding_have_the_loss_and_gradient_of_padded_ones() {
    try (var _ = Scope.training()) {
      var model = TestModels.of(TestModels.llama(), 4, 0);
      var texts = TestModels.texts(5);
      int[] lengths = texts.stream().mapToInt(t -> t.length).toArray();
      double free = nextToken(model, texts, lengths);
      var expected = takeGradients(model);
      var padded = texts.stream().map(text -> Arrays.copyOf(text, 17)).toList();
      assertThat(nextToken(model, padded, lengths)).isCloseTo(free, within(1e-3));
      assertClose(takeGradients(model), expected);
    }
  }

  /// Sends the gradient of the summed loss of each text's first `lengths` tokens.
  private static double nextToken(LlamaTrainingModel model, List<int[]> texts, int... lengths) {
    var inputs = new ArrayList<int[]>();
    var targets = new ArrayList<long[]>();
    for (int i = 0; i < texts.size(); i++) {
      int[] text = texts.get(i);
      inputs.add(Arrays.copyOf(text, text.length - 1));
      var target = new long[text.length - 1];
      Arrays.fill(target, Ops.IGNORED);
      for (int at = 0; at < lengths[i] - 1; at++) target[at] = text[at + 1];
      targets.add(target);
    }
    var packed = Packed.of(inputs);
    model.newGraph(0);
    return TokenLoss.PLAIN.of(
        model, model.hidden(packed, true), packed.arrange(targets), Backward.through(model, 1));
  }

  // ---- contrastive ----

  @ParameterizedTest
  @ValueSource(ints = {9, 20, 1000})
  void cached_gradients_equal_those_of_the_plain_batch(int piece) {
    try (var _ = Scope.training()) {
      var model = TestModels.of(TestModels.llama(), 6, 0);
      var examples = pairs();
      double plain = infoNce(model, examples, 0);
      var expected = takeGradients(model);
      var task = new Contrastive("none", 0.1, 3, Pooling.MEAN, false, piece);
      var outcome = task.batch(examples, 0, "test").run(model, Backward.through(model, 1));
      assertThat(outcome.loss()).isCloseTo(plain, within(1e-4));
      assertClose(takeGradients(model), expected);
    }
  }

  @Test
  void cached_gradients_see_the_same_dropout_in_both_readings() {
    try (var _ = Scope.training()) {
      var model = TestModels.of(TestModels.llama(), 6, 0.2);
      var examples = pairs();
      double plain = infoNce(model, examples, 8);
      var expected = takeGradients(model);
      var task = new Contrastive("none", 0.1, 3, Pooling.MEAN, false, 1000);
      var outcome = task.batch(examples, 8, "test").run(model, Backward.through(model, 1));
      assertThat(outcome.loss()).isCloseTo(plain, within(1e-4));
      assertClose(takeGradients(model), expected);
    }
  }

  private static List<Contrastive.Example> pairs() {
    var a = TestModels.texts(7);
    var b = TestModels.texts(8);
    return IntStream.range(0, 3)
        .mapToObj(i -> new Contrastive.Example(a.get(i), b.get(i), List.of(a.get(3))))
        .toList();
  }

  /// The loss in one graph.
  private static double infoNce(
      LlamaTrainingModel model, List<Contrastive.Example> examples, long seed) {
    var texts = new ArrayList<int[]>();
    examples.forEach(example -> texts.add(example.a()));
    examples.forEach(example -> texts.add(example.b()));
    examples.forEach(example -> texts.addAll(example.negatives()));
    model.newGraph(seed);
    var packed = Packed.of(texts);
    var vectors = Pooled.normalised(Pooled.of(model.hidden(packed, false), packed, Pooling.MEAN));
    int n = examples.size();
    var scores =
        vectors.narrow(0, 0, n).matmul(vectors.narrow(0, n, texts.size() - n).t()).times(10);
    var loss = Ops.crossEntropy(scores, Tensor.of(IntStream.range(0, n).toArray()), 0);
    loss.backward();
    return loss.item();
  }

  // ---- preference, distillation, reading ----

  @Test
  void a_model_that_is_its_own_reference_prefers_nothing() {
    try (var _ = Scope.inference()) {
      var model = TestModels.of(TestModels.llama(), 9, 0);
      var texts = TestModels.texts(10);
      var items = List.of(new Preference.Example(reply(texts.get(0)), reply(texts.get(1))));
      var outcome = new Preference(model, 0.1, 0).batch(items, 0, "test").run(model, Backward.NONE);
      assertThat(outcome.loss()).isCloseTo(Math.log(2), within(1e-5));
    }
  }

  private static Instruct.Example reply(int[] text) {
    long[] targets = Arrays.stream(text, 1, text.length).asLongStream().toArray();
    Arrays.fill(targets, 0, 2, Ops.IGNORED);
    return new Instruct.Example(Arrays.copyOf(text, text.length - 1), targets);
  }

  @Test
  void a_student_that_equals_its_teacher_learns_nothing() {
    try (var _ = Scope.training()) {
      var model = TestModels.of(TestModels.llama(), 9, 0);
      var teacher = TestModels.of(TestModels.llama(), 9, 0);
      var batch = new Distillation(teacher, 2, 1).batch(List.of(TestModels.texts(11)), 0, "test");
      batch.run(model, Backward.through(model, 1));
      takeGradients(model)
          .forEach((name, gradient) -> {
            for (float value : gradient) assertThat(value).as(name).isCloseTo(0, within(2e-4f));
          });
    }
  }

  @Test
  void the_loss_of_reading_is_over_the_places_of_each_text() {
    try (var _ = Scope.inference()) {
      var model = TestModels.of(TestModels.llama(), 12, 0);
      model.parameters().addNormal("head.reading.weight", 0.5, 2, 32);
      model.parameters().addZeros("head.reading.bias", 2);
      var texts = TestModels.texts(13);
      int[] starts = {3, 0, 8, 1};
      int[] ends = {5, 0, 8, 4};
      var items = new ArrayList<Reading.Example>();
      double expected = 0;
      for (int i = 0; i < starts.length; i++) {
        items.add(new Reading.Example(texts.get(i), starts[i], ends[i]));
        var states = model.hidden(Packed.of(List.of(texts.get(i))), false).to(Dtype.FLOAT32);
        float[] scores = Ops.logSoftmax(model.head("reading", states).t()).floats();
        expected -= (scores[starts[i]] + scores[texts.get(i).length + ends[i]]) / 2;
      }
      var outcome = new Reading("reading").batch(items, 0, "test").run(model, Backward.NONE);
      assertThat(outcome.loss()).isCloseTo(expected, within(1e-4));
    }
  }

  private static void assertClose(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> {
      float[] found = Objects.requireNonNull(actual.get(name));
      assertThat(found).as(name).hasSameSizeAs(values);
      double largest = 0;
      for (float value : values) largest = Math.max(largest, Math.abs(value));
      for (int i = 0; i < values.length; i++) {
        assertThat((double) found[i])
            .as("%s[%d]", name, i)
            .isCloseTo(values[i], within(1e-6 + 2e-4 * largest));
      }
    });
  }
}
