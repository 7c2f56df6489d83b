package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.ModelFormatException;
import altiplano.model.Batch.Wanted;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LlamaModelTest {
  @Test
  void memory_is_told_before_loading() {
    var config = TestConfigs.LLAMA;
    try (var model = ForwardTest.open(random(), 1)) {
      assertThat(model.memory().sharedWeights() + model.memory().copiedWeights())
          .isGreaterThanOrEqualTo(config.parameters() * Float.BYTES);
      assertThat(model.memory().cachePerToken())
          .isEqualTo(2L * config.layers() * config.keyValueWidth() * Float.BYTES);
    }
  }

  @Test
  void a_model_that_cannot_fit_is_refused_with_numbers() {
    var options = ForwardTest.options(1).withMemoryBytes(1 << 20).withContext(200);
    assertThatThrownBy(() -> LlamaModel.of(random(), options))
        .isInstanceOfSatisfying(
            InsufficientMemoryException.class,
            refused -> {
              assertThat(refused.limitBytes()).isEqualTo(1 << 20);
              assertThat(refused.neededBytes()).isGreaterThan(1 << 20);
            })
        .hasMessageMatching(
            "random with a context of 200 tokens: [0-9.]+ MiB needed, 1\\.00 MiB there\\. .*");
  }

  @Test
  void a_context_beyond_the_models_is_refused() {
    assertThatThrownBy(() -> LlamaModel.of(random(), ForwardTest.options(1).withContext(257)))
        .isInstanceOf(ContextLengthException.class);
  }

  @Test
  void a_missing_tensor_is_named() {
    var file = random();
    var tensors = new LinkedHashMap<>(file.tensors());
    tensors.remove("blk.1.attn_v.weight");
    var lacking = new Changed(file, file.metadata(), tensors);
    assertThatThrownBy(() -> LlamaModel.of(lacking, ForwardTest.options(1)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("(tensor blk.1.attn_v.weight)");
  }

  @Test
  void a_tensor_of_another_shape_is_refused_with_both_shapes() {
    assertRefused(
        "blk.2.ffn_up.weight",
        Shape.of(112, 95),
        "the shape is [112 x 95], and by the metadata it must be [112 x 96]"
            + " (tensor blk.2.ffn_up.weight)");
  }

  @Test
  void a_bias_of_another_length_is_refused() {
    assertRefused("blk.0.attn_q.bias", Shape.of(95), "it must be [96] (tensor blk.0.attn_q.bias)");
  }

  @Test
  void a_tensor_that_no_formula_reads_is_refused() {
    assertRefused(
        "blk.0.attn_q_norm.weight",
        Shape.of(16),
        "no part of the model that the metadata describe (tensor blk.0.attn_q_norm.weight)");
  }

  @Test
  void a_rotary_factor_of_zero_is_refused() {
    assertRefused("rope_freqs.weight", Shape.of(8), "factor 0 is 0.0, not above 0");
  }

  @Test
  void rotary_factors_in_the_file_take_the_place_of_the_configured_scaling() {
    var config = TestConfigs.LLAMA;
    var rotary = (LlamaConfig.Positions.Rotary) config.positions();
    try (var arena = Arena.ofShared()) {
      var factors = new float[config.headSize() / 2];
      for (int pair = 0; pair < factors.length; pair++) {
        double frequency = Math.pow(rotary.base(), -2.0 * pair / config.headSize());
        factors[pair] = (float) (frequency / rotary.scaling().orElseThrow().scale(frequency));
      }
      var tensor =
          new Tensor(
              ElementType.F32,
              Shape.of(factors.length),
              arena.allocateFrom(ValueLayout.JAVA_FLOAT, factors));
      int[] tokens = ForwardTest.tokens(config, 100, 1);
      float[] configured = last(random(), tokens);
      float[] given = last(new Changed(unscaled(random()), "rope_freqs.weight", tensor), tokens);
      for (int i = 0; i < given.length; i++) {
        assertThat(given[i]).isCloseTo(configured[i], within(1e-4f));
      }
    }
  }

  private static ModelFile unscaled(ModelFile file) {
    var values = new LinkedHashMap<>(file.metadata().values());
    values.keySet().removeIf(key -> key.startsWith("altiplano.rope"));
    return new Changed(file, new Metadata(values), file.tensors());
  }

  private static float[] last(ModelFile file, int[] tokens) {
    try (var model = LlamaModel.of(file, ForwardTest.options(2));
        var cache = model.newCache()) {
      return model.forward(Batch.of(cache, tokens, Wanted.LAST)).row(0);
    }
  }

  private static RandomModel random() {
    return RandomModel.of(TestConfigs.LLAMA, ElementType.F32, 1);
  }

  private static void assertRefused(String name, Shape shape, String message) {
    try (var arena = Arena.ofShared()) {
      var data = arena.allocate(shape.elements() * Float.BYTES, 4);
      var tensor = new Tensor(ElementType.F32, shape, data);
      assertThatThrownBy(
              () -> LlamaModel.of(new Changed(random(), name, tensor), ForwardTest.options(1)))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(message);
    }
  }

  /// A model file in which something is different.
  private record Changed(ModelFile file, Metadata metadata, Map<String, Tensor> tensors)
      implements ModelFile {
    Changed(ModelFile file, String name, Tensor tensor) {
      this(file, file.metadata(), changed(file.tensors(), name, tensor));
    }

    private static Map<String, Tensor> changed(
        Map<String, Tensor> tensors, String name, Tensor tensor) {
      var all = new LinkedHashMap<>(tensors);
      all.put(name, tensor);
      return all;
    }

    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public String format() {
      return file.format();
    }

    @Override
    public void checkUnchanged() {
      file.checkUnchanged();
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
