package altiplano.training.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import altiplano.model.LlamaConfig;
import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Normalization;
import altiplano.model.LlamaConfig.Positions;
import altiplano.model.LlamaConfig.RotaryScaling;
import altiplano.training.data.Packed;
import altiplano.training.objective.Backward;
import altiplano.training.objective.TokenLoss;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LlamaTrainingModelTest {
  private static final RotaryScaling SCALING = new RotaryScaling(8, 1, 4, 16);

  record Case(String name, LlamaConfig config, boolean causal) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    var rotary = new Positions.Rotary(500000, Optional.of(SCALING));
    var learned = new Positions.Learned();
    return List.of(
        new Case("llama 3.1", config(2, 2, rotary, false, Activation.SWIGLU, false, 1), true),
        new Case("tied", config(2, 1, rotary, false, Activation.SWIGLU, true, 1), true),
        new Case("bidirectional", config(2, 2, rotary, false, Activation.SWIGLU, true, 1), false),
        new Case("shared", config(4, 2, rotary, false, Activation.SWIGLU, true, 2), true),
        new Case("article", config(2, 4, learned, true, Activation.RELU, false, 1), true),
        new Case("gelu", config(2, 4, learned, true, Activation.GELU, true, 1), false));
  }

  private static LlamaConfig config(
      int layers,
      int keyValueHeads,
      Positions positions,
      boolean layerNorm,
      Activation activation,
      boolean tied,
      int layersPerGroup) {
    return new LlamaConfig(
        32,
        layers,
        4,
        keyValueHeads,
        8,
        48,
        64,
        32,
        1e-5f,
        positions,
        layerNorm ? Normalization.LAYER_NORM : Normalization.RMS_NORM,
        activation,
        true,
        tied,
        layersPerGroup);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logits_equal_the_plain_formulas(Case c) {
    try (var _ = Scope.inference()) {
      var parameters = lively(c.config, 1);
      var plain = new PlainLlama(c.config, doubles(parameters));
      var texts = texts(2);
      var packed = Packed.of(texts);
      var model =
          new LlamaTrainingModel(
              c.config, parameters, Precision.FLOAT32, 0, false, Optional.empty());
      float[] logits = model.logits(model.hidden(packed, c.causal)).floats();
      int[] starts = packed.starts();
      for (int text = 0; text < texts.size(); text++) {
        double[][] expected = plain.logits(texts.get(text), c.causal);
        for (int i = 0; i < expected.length; i++) {
          for (int v = 0; v < 64; v++) {
            assertThat((double) logits[(starts[text] + i) * 64 + v])
                .isCloseTo(expected[i][v], within(2e-5));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradients_equal_finite_differences_of_the_plain_formulas(Case c) {
    try (var _ = Scope.training()) {
      var parameters = lively(c.config, 3);
      var model =
          new LlamaTrainingModel(
              c.config, parameters, Precision.FLOAT32, 0, false, Optional.empty());
      int[] text = texts(4).getFirst();
      backward(model, text, c.causal);
      var weights = doubles(parameters);
      var plain = new PlainLlama(c.config, weights);
      var random = new SplittableRandom(5);
      parameters
          .all()
          .forEach((name, tensor) -> {
            double[] weight = Objects.requireNonNull(weights.get(name));
            float[] gradient = tensor.gradient().orElseThrow().floats();
            for (int probe = 0; probe < 3; probe++) {
              int at = random.nextInt(gradient.length);
              double value = weight[at];
              weight[at] = value + 1e-5;
              double above = plain.loss(text, c.causal);
              weight[at] = value - 1e-5;
              double below = plain.loss(text, c.causal);
              weight[at] = value;
              double expected = (above - below) / 2e-5;
              assertThat((double) gradient[at])
                  .as("%s[%d]", name, at)
                  .isCloseTo(expected, within(1e-6 + 1e-3 * Math.abs(expected)));
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void recomputing_blocks_leaves_the_gradients_as_they_are(Case c) {
    try (var _ = Scope.training()) {
      var kept = gradients(c, false);
      var recomputed = gradients(c, true);
      kept.forEach((name, gradient) -> assertThat(recomputed.get(name)).isEqualTo(gradient));
    }
  }

  private static Map<String, float[]> gradients(Case c, boolean recompute) {
    var model =
        new LlamaTrainingModel(
            c.config, lively(c.config, 6), Precision.FLOAT32, 0.1, recompute, Optional.empty());
    model.newGraph(7);
    backward(model, texts(8).getFirst(), c.causal);
    var gradients = new HashMap<String, float[]>();
    model
        .parameters()
        .all()
        .forEach((name, tensor) -> gradients.put(name, tensor.gradient().orElseThrow().floats()));
    return gradients;
  }

  private static void backward(LlamaTrainingModel model, int[] text, boolean causal) {
    var inputs = Packed.of(List.of(Arrays.copyOf(text, text.length - 1)));
    long[] targets = Arrays.stream(text, 1, text.length).asLongStream().toArray();
    TokenLoss.PLAIN.of(
        model,
        model.hidden(inputs, causal),
        targets,
        Backward.through(model, 1.0 / targets.length));
  }

  /// Initial parameters whose vectors are not all alike and whose attention is not flat.
  static Parameters lively(LlamaConfig config, long seed) {
    var parameters = Parameters.initial(config, seed);
    try (var _ = Scope.inference()) {
      parameters
          .all()
          .forEach((name, tensor) -> tensor.plusInPlace(Tensor.normal(tensor.shape()), 0.1));
    }
    return parameters;
  }

  static Map<String, double[]> doubles(Parameters parameters) {
    var weights = new HashMap<String, double[]>();
    parameters
        .all()
        .forEach((name, tensor) -> {
          float[] floats = tensor.floats();
          var doubles = new double[floats.length];
          for (int i = 0; i < floats.length; i++) doubles[i] = floats[i];
          weights.put(name, doubles);
        });
    return weights;
  }

  /// Texts of unequal and of equal lengths.
  static List<int[]> texts(long seed) {
    var random = new SplittableRandom(seed);
    var texts = new ArrayList<int[]>();
    for (int length : new int[] {9, 17, 9, 5}) texts.add(random.ints(length, 0, 64).toArray());
    return texts;
  }
}
