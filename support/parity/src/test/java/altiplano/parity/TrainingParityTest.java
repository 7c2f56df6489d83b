package altiplano.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.kernels.CacheType;
import altiplano.kernels.KernelOptions;
import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.model.Batch;
import altiplano.model.Batch.Wanted;
import altiplano.model.Head;
import altiplano.model.LlamaConfig;
import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Normalization;
import altiplano.model.LlamaConfig.Positions;
import altiplano.model.LlamaConfig.RotaryScaling;
import altiplano.model.LlamaModel;
import altiplano.model.ModelOptions;
import altiplano.model.TextEncoder;
import altiplano.testing.Shared;
import altiplano.training.data.Packed;
import altiplano.training.model.Adapters;
import altiplano.training.model.Adapters.Adapter;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.model.ModelFolder;
import altiplano.training.model.Parameters;
import altiplano.training.model.Precision;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The same weights, written by training and opened by core, give the same numbers.
class TrainingParityTest {
  private static final int VOCABULARY = 512;
  private static final List<int[]> TEXTS = List.of(text(19, 1), text(7, 2), text(19, 3));
  private static final ModelOptions EXACT =
      ModelOptions.DEFAULT
          .withCache(CacheType.FLOAT32)
          .withKernels(new KernelOptions(Engine.AUTO, 1, Activations.FLOAT32, true));

  @TempDir private Path work = Path.of("");

  /// @param name what is other than in Llama 3.1
  record Case(String name, LlamaConfig config) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    var plain = new Positions.Rotary(500000, Optional.empty());
    var scaled = new Positions.Rotary(500000, Optional.of(new RotaryScaling(8, 1, 4, 16)));
    var learned = new Positions.Learned();
    var rms = Normalization.RMS_NORM;
    var layer = Normalization.LAYER_NORM;
    return Stream.of(
        new Case("nothing", config(2, scaled, rms, Activation.SWIGLU, true, false, 1)),
        new Case("no scaling", config(2, plain, rms, Activation.SWIGLU, true, false, 1)),
        new Case("tied", config(2, scaled, rms, Activation.SWIGLU, true, true, 1)),
        new Case("multi-head", config(4, scaled, rms, Activation.SWIGLU, true, true, 1)),
        new Case("one key-value head", config(1, scaled, rms, Activation.SWIGLU, true, true, 1)),
        new Case("bidirectional", config(2, scaled, rms, Activation.SWIGLU, false, true, 1)),
        new Case("layer norm", config(2, scaled, layer, Activation.SWIGLU, true, true, 1)),
        new Case("relu", config(2, scaled, rms, Activation.RELU, true, true, 1)),
        new Case("gelu", config(2, scaled, rms, Activation.GELU, true, true, 1)),
        new Case("learned positions", config(2, learned, rms, Activation.SWIGLU, true, true, 1)),
        new Case("groups of two layers", config(2, scaled, rms, Activation.SWIGLU, true, true, 2)),
        new Case("one block", config(2, scaled, rms, Activation.SWIGLU, true, true, 3)),
        new Case("the article", config(4, learned, layer, Activation.RELU, false, false, 3)));
  }

  private static LlamaConfig config(
      int keyValueHeads,
      Positions positions,
      Normalization normalization,
      Activation activation,
      boolean causal,
      boolean tied,
      int layersPerGroup) {
    return new LlamaConfig(
        32,
        3,
        4,
        keyValueHeads,
        8,
        48,
        VOCABULARY,
        32,
        1e-5f,
        positions,
        normalization,
        activation,
        causal,
        tied,
        layersPerGroup);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void both_forward_passes_give_the_same_logits(Case c) {
    try (var _ = Scope.inference()) {
      var parameters = lively(c.config);
      write(parameters, c.config, List.of());
      var training = model(c.config, parameters, Optional.empty());
      var expected = logits(training);
      assertClose(coreLogits(work.resolve("model"), EXACT), expected);
    }
  }

  @Test
  void heads_give_the_same_probabilities() {
    var config = cases().findFirst().orElseThrow().config();
    var head =
        new Head(
            "spans", Head.Kind.TOKEN_LABELS, List.of("O", "B", "I"), Head.Pooling.LAST, false, 1);
    try (var _ = Scope.inference()) {
      var parameters = lively(config);
      parameters.addNormal("head.spans.weight", 0.5, 3, 32);
      parameters.addNormal("head.spans.bias", 0.5, 3);
      write(parameters, config, List.of(head));
      var training = model(config, parameters, Optional.empty());
      training.newGraph(0);
      var states = training.hidden(Packed.of(List.of(TEXTS.getFirst())), false);
      float[] expected = Ops.softmax(training.head("spans", states.to(Dtype.FLOAT32))).floats();
      try (var core = LlamaModel.open(work.resolve("model"), EXACT)) {
        float[][] labels = new TextEncoder(core).label(head, TEXTS.getFirst());
        for (int i = 0; i < expected.length; i++) {
          assertThat(labels[i / 3][i % 3]).isCloseTo(expected[i], within(1e-4f));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void an_adapter_that_core_applies_equals_the_merged_model_and_training(boolean magnitude)
      throws IOException {
    var config = cases().findFirst().orElseThrow().config();
    try (var _ = Scope.inference()) {
      var parameters = lively(config);
      write(parameters, config, List.of());
      var adapter = new Adapter(4, 8, magnitude, List.of("attn_q", "attn_k", "attn_v", "ffn_down"));
      Adapters.add(parameters, adapter, 2);
      for (String name : parameters.trained()) {
        var tensor = parameters.get(name);
        tensor.plusInPlace(Tensor.normal(tensor.shape()), 0.2);
      }
      Path folder = work.resolve("adapter");
      Adapters.write(folder, parameters, adapter, Optional.empty(), config.headSize());
      var training = model(config, parameters, Optional.of(adapter));
      var expected = logits(training);
      assertClose(coreLogits(work.resolve("model"), EXACT.withAdapter(folder)), expected);
      new ModelFolder(config, vocabulary(), List.of())
          .write(work.resolve("merged"), training.merged());
      assertClose(coreLogits(work.resolve("merged"), EXACT), expected);
    }
  }

  private static int[] text(int length, long seed) {
    return new SplittableRandom(seed).ints(length, 0, VOCABULARY).toArray();
  }

  /// Returns initial parameters with noise: attention that is not flat, norms that are not one.
  private static Parameters lively(LlamaConfig config) {
    var parameters = Parameters.initial(config, 1);
    parameters
        .all()
        .forEach((name, tensor) -> tensor.plusInPlace(Tensor.normal(tensor.shape()), 0.1));
    return parameters;
  }

  private static LlamaTrainingModel model(
      LlamaConfig config, Parameters parameters, Optional<Adapter> adapter) {
    return new LlamaTrainingModel(config, parameters, Precision.FLOAT32, 0, false, adapter);
  }

  private void write(Parameters parameters, LlamaConfig config, List<Head> heads) {
    new ModelFolder(config, vocabulary(), heads).write(work.resolve("model"), parameters.all());
  }

  /// Returns a vocabulary of 512 tokens, without what its file says of the model.
  private static Metadata vocabulary() {
    try (var file = ModelFile.open(Shared.path("fixtures/tiny-hf"))) {
      var values = new java.util.LinkedHashMap<>(file.metadata().values());
      values.keySet().removeIf(key -> !key.startsWith("tokenizer."));
      return new Metadata(values);
    }
  }

  /// Returns each text's logits, from training's packed pass.
  private static List<float[]> logits(LlamaTrainingModel model) {
    model.newGraph(0);
    var packed = Packed.of(TEXTS);
    var all = model.logits(model.hidden(packed, model.config().causal()));
    var texts = new ArrayList<float[]>();
    for (int i = 0; i < TEXTS.size(); i++) {
      texts.add(all.narrow(0, packed.starts()[i], packed.lengths()[i]).floats());
    }
    return texts;
  }

  private static List<float[]> coreLogits(Path folder, ModelOptions options) {
    var texts = new ArrayList<float[]>();
    try (var model = LlamaModel.open(folder, options)) {
      for (int[] text : TEXTS) {
        try (var cache = model.newCache()) {
          var logits = model.forward(Batch.of(cache, text, Wanted.ALL));
          var all = new float[text.length * VOCABULARY];
          for (int i = 0; i < text.length; i++) {
            System.arraycopy(logits.row(i), 0, all, i * VOCABULARY, VOCABULARY);
          }
          texts.add(all);
        }
      }
    }
    return texts;
  }

  private static void assertClose(List<float[]> actual, List<float[]> expected) {
    for (int text = 0; text < expected.size(); text++) {
      assertThat(actual.get(text)).hasSameSizeAs(expected.get(text));
      for (int i = 0; i < expected.get(text).length; i++) {
        assertThat(actual.get(text)[i]).isCloseTo(expected.get(text)[i], within(5e-5f));
      }
    }
  }
}
