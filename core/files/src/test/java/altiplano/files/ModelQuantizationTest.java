package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.ModelQuantization.Settings;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class ModelQuantizationTest {
  @TempDir Path folder;

  private Path quantize(Path source, Settings settings) {
    var target = folder.resolve("q.gguf");
    try (var model = ModelFile.open(source)) {
      ModelQuantization.quantize(model, ModelOutput.to(target), settings);
    }
    return target;
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"})
  void the_reference_gives_the_bytes_of_the_fixtures(ElementType type) {
    var name = "fixtures/tiny-%s.gguf".formatted(type.name().toLowerCase(Locale.ROOT));
    var settings = new Settings(type, true, false, Map.of(), 2);
    try (var actual = ModelFile.open(quantize(Shared.path("fixtures/tiny-f32.gguf"), settings));
        var expected = ModelFile.open(Shared.path(name))) {
      assertThat(actual.tensors()).containsOnlyKeys(expected.tensors().keySet());
      for (var tensor : expected.tensors().keySet()) {
        assertThat(actual.tensor(tensor).data().mismatch(expected.tensor(tensor).data()))
            .as(tensor)
            .isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"F32", "F16", "BF16"})
  void every_matrix_comes_out_closer_than_llama_cpps(ElementType type) throws IOException {
    var all =
        (Json.ObjectValue)
            Json.parse(Files.readAllBytes(Shared.path("fixtures/quantize-rmse.json")));
    var tiny = (Json.ObjectValue) all.get("tiny-f32.gguf").orElseThrow();
    var expected = (Json.ObjectValue) tiny.get(type.name()).orElseThrow();
    var settings = new Settings(type, false, true, Map.of(), 2);
    var source = Shared.path("fixtures/tiny-f32.gguf");
    try (var quantised = ModelFile.open(quantize(source, settings));
        var original = ModelFile.open(source)) {
      for (var name : expected.members().keySet()) {
        if (name.equals("all")) continue;
        var number = (Json.NumberValue) expected.get(name).orElseThrow();
        assertThat(quantised.tensor(name).type()).as(name).isEqualTo(type);
        assertThat(rootMeanSquareError(quantised.tensor(name), original.tensor(name)))
            .as(name)
            .isLessThan(number.value().doubleValue());
      }
    }
  }

  private static double rootMeanSquareError(Tensor a, Tensor b) {
    var x = a.toFloats();
    var y = b.toFloats();
    double sum = 0;
    for (int i = 0; i < x.length; i++) sum += Math.pow((double) x[i] - y[i], 2);
    return Math.sqrt(sum / x.length);
  }

  @Test
  void tensors_stay_wider_by_the_documented_rule() {
    var settings = Settings.of(ElementType.Q4_K);
    try (var model = ModelFile.open(quantize(Shared.path("fixtures/tiny-f32.gguf"), settings))) {
      assertThat(model.tensor("output.weight").type()).isEqualTo(ElementType.Q6_K);
      assertThat(model.tensor("token_embd.weight").type()).isEqualTo(ElementType.Q4_K);
      assertThat(model.tensor("blk.0.ffn_down.weight").type()).isEqualTo(ElementType.Q5_0);
      assertThat(model.tensor("blk.0.attn_norm.weight").type()).isEqualTo(ElementType.F32);
      assertThat(model.metadata().integer("general.file_type")).hasValue(14);
    }
  }

  @Test
  void the_number_of_threads_changes_no_byte() throws IOException {
    var one =
        quantize(
            Shared.path("fixtures/tiny-hf"),
            new Settings(ElementType.Q3_K, false, false, Map.of(), 1));
    var kept = Files.move(one, folder.resolve("one.gguf"));
    var three =
        quantize(
            Shared.path("fixtures/tiny-hf"),
            new Settings(ElementType.Q3_K, false, false, Map.of(), 3));
    assertThat(Files.mismatch(kept, three)).isEqualTo(-1);
  }

  @Test
  void a_quantised_model_can_be_decoded() {
    var source = Shared.path("fixtures/tiny-q4_0.gguf");
    try (var decoded = ModelFile.open(quantize(source, Settings.of(ElementType.F32)));
        var original = ModelFile.open(source)) {
      assertThat(ModelQuantization.alreadyQuantised(original)).isTrue();
      assertThat(ModelQuantization.alreadyQuantised(decoded)).isFalse();
      assertThat(decoded.tensor("output.weight").toFloats())
          .isEqualTo(original.tensor("output.weight").toFloats());
    }
  }

  @Test
  void importance_moves_the_error_away_from_columns_that_count() {
    var importance = new float[256];
    for (int i = 0; i < importance.length; i++) importance[i] = i < 8 ? 1000 : 1;
    var name = "blk.0.attn_q.weight";
    var source = Shared.path("fixtures/tiny-f32.gguf");
    var plain = new Settings(ElementType.Q4_0, false, false, Map.of(), 2);
    var weighted = new Settings(ElementType.Q4_0, false, false, Map.of(name, importance), 2);
    assertThat(errorOfFirstColumns(quantize(source, weighted), source, name))
        .isLessThan(0.8 * errorOfFirstColumns(requantize(source, plain), source, name));
  }

  private Path requantize(Path source, Settings settings) {
    var target = folder.resolve("other.gguf");
    try (var model = ModelFile.open(source)) {
      ModelQuantization.quantize(model, ModelOutput.to(target), settings);
    }
    return target;
  }

  private static double errorOfFirstColumns(Path quantised, Path original, String name) {
    try (var a = ModelFile.open(quantised);
        var b = ModelFile.open(original)) {
      var x = a.tensor(name).toFloats();
      var y = b.tensor(name).toFloats();
      double sum = 0;
      for (int i = 0; i < x.length; i++) if (i % 256 < 8) sum += Math.pow(x[i] - y[i], 2);
      return sum;
    }
  }

  @Test
  void a_value_that_is_not_a_number_is_refused_by_name_and_leaves_nothing() throws IOException {
    var source = folder.resolve("nan.gguf");
    GgufWriter.write(
        source,
        new Metadata(new LinkedHashMap<>()).with("general.architecture", "llama"),
        List.of(
            OutgoingTensor.of(
                "output.weight",
                ElementType.F32,
                Shape.of(1, 32),
                () -> {
                  var values = new float[32];
                  values[3] = Float.NaN;
                  return values;
                })),
        _ -> {});
    assertThatThrownBy(() -> quantize(source, Settings.of(ElementType.Q8_0)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(source + ": ")
        .hasMessageContaining("(tensor output.weight)");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(source);
    }
  }
}
