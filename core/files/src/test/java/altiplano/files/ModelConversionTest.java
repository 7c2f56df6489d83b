package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConversionTest {
  @TempDir Path folder;

  private Path convert(Path source, String name) {
    var target = folder.resolve(name);
    try (var model = ModelFile.open(source)) {
      ModelConversion.convert(model, ModelOutput.to(target));
    }
    return target;
  }

  private static void assertSameTensors(Path actual, Path expected) {
    try (var a = ModelFile.open(actual);
        var b = ModelFile.open(expected)) {
      assertThat(a.tensors()).containsOnlyKeys(b.tensors().keySet());
      for (var name : b.tensors().keySet()) {
        assertThat(a.tensor(name).type()).as(name).isEqualTo(b.tensor(name).type());
        assertThat(a.tensor(name).data().mismatch(b.tensor(name).data())).as(name).isEqualTo(-1);
      }
    }
  }

  @Test
  void a_folder_becomes_the_same_gguf_file_that_other_tools_make() {
    var gguf = convert(Shared.path("fixtures/tiny-hf"), "m.gguf");
    var expected = Shared.path("fixtures/tiny-bf16.gguf");
    assertSameTensors(gguf, expected);
    try (var a = ModelFile.open(gguf);
        var b = ModelFile.open(expected)) {
      assertThat(new ArrayList<>(a.tensors().keySet()))
          .isEqualTo(new ArrayList<>(b.tensors().keySet()));
      var metadata = new LinkedHashMap<>(b.metadata().values());
      metadata.remove("general.name");
      assertThat(a.metadata().values()).containsAllEntriesOf(metadata);
      assertThat(a.metadata().integer("tokenizer.ggml.eot_token_id")).hasValue(505);
      assertThat(a.metadata().integer("tokenizer.ggml.eom_token_id")).hasValue(504);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-hf", "tiny-hf-sharded"})
  void a_folder_comes_back_from_gguf_as_it_was(String name) throws IOException {
    var source = Shared.path("fixtures/" + name);
    var back = convert(convert(source, "m.gguf"), "back");
    assertSameTensors(back, source);
    for (var file : new String[] {"config.json", "generation_config.json"}) {
      assertThat(Json.parse(Files.readAllBytes(back.resolve(file))))
          .as(file)
          .isEqualTo(Json.parse(Files.readAllBytes(source.resolve(file))));
    }
    if (name.equals("tiny-hf")) {
      assertThat(
              Files.mismatch(
                  back.resolve("model.safetensors"), source.resolve("model.safetensors")))
          .isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tiny-f32.gguf", "tiny-f16.gguf", "tiny-bf16.gguf", "stories260K-f32.gguf"})
  void a_gguf_file_comes_back_from_a_folder_as_it_was(String name) {
    var source = Shared.path("fixtures/" + name);
    var back = convert(convert(source, "folder"), "back.gguf");
    assertSameTensors(back, source);
    try (var a = ModelFile.open(back);
        var b = ModelFile.open(source)) {
      var metadata = new LinkedHashMap<>(b.metadata().values());
      // JSON numbers have no -0, which one score is.
      metadata.remove("tokenizer.ggml.scores");
      assertThat(a.metadata().values()).containsAllEntriesOf(metadata);
    }
  }

  @Test
  void a_quantised_model_is_refused_as_a_folder_with_a_way_out() {
    var quantised = Shared.path("fixtures/tiny-q4_0.gguf");
    assertThatThrownBy(() -> convert(quantised, "out"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("it is Q4_0, and a folder holds F32, F16 and BF16")
        .hasMessageEndingWith("Decode it first: altiplano quantize IN OUT.gguf --type bf16.");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void what_exists_is_replaced_only_where_asked() throws IOException {
    var given = Shared.path("fixtures/tiny-hf");
    Files.writeString(folder.resolve("m.gguf"), "old");
    assertThatThrownBy(() -> convert(given, "m.gguf"))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder.resolve("m.gguf")).hasContent("old");
    try (var model = ModelFile.open(given)) {
      var output = new ModelOutput(folder.resolve("m.gguf"), true, Long.MAX_VALUE, (_, _) -> {});
      ModelConversion.convert(model, output);
    }
    assertSameTensors(folder.resolve("m.gguf"), Shared.path("fixtures/tiny-bf16.gguf"));
  }

  @Test
  void a_model_may_be_replaced_by_itself_while_it_is_open() {
    var path = convert(Shared.path("fixtures/tiny-hf"), "m");
    try (var model = ModelFile.open(path)) {
      ModelConversion.convert(model, new ModelOutput(path, true, 1_000_000, (_, _) -> {}));
    }
    assertSameTensors(path, Shared.path("fixtures/tiny-hf"));
  }

  @Test
  void a_gguf_file_may_be_replaced_by_itself_while_it_is_open() throws IOException {
    var path = Files.copy(Shared.path("fixtures/tiny-bf16.gguf"), folder.resolve("m.gguf"));
    try (var model = ModelFile.open(path)) {
      ModelConversion.convert(model, new ModelOutput(path, true, Long.MAX_VALUE, (_, _) -> {}));
      assertThatThrownBy(model::checkUnchanged).isInstanceOf(ModelFormatException.class);
    }
    assertSameTensors(path, Shared.path("fixtures/tiny-bf16.gguf"));
  }

  @Test
  void a_folder_that_holds_other_things_is_never_replaced() throws IOException {
    var desk = Files.createDirectory(folder.resolve("desk"));
    var inside = Files.copy(Shared.path("fixtures/tiny-bf16.gguf"), desk.resolve("m.gguf"));
    try (var model = ModelFile.open(inside)) {
      var output = new ModelOutput(desk, true, Long.MAX_VALUE, (_, _) -> {});
      assertThatThrownBy(() -> ModelConversion.convert(model, output))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("lies inside and would go with it");
    }
    try (var model = ModelFile.open(Shared.path("fixtures/tiny-bf16.gguf"))) {
      var output = new ModelOutput(desk, true, Long.MAX_VALUE, (_, _) -> {});
      assertThatThrownBy(() -> ModelConversion.convert(model, output))
          .hasMessage(
              desk
                  + ": a folder without a model, which is not replaced (output). Choose another"
                  + " name.");
    }
    assertThat(inside).exists();
  }

  @Test
  void a_model_that_changes_while_it_is_converted_is_noticed_and_nothing_is_written()
      throws IOException {
    var path = Files.copy(Shared.path("fixtures/tiny-bf16.gguf"), folder.resolve("m.gguf"));
    try (var model = ModelFile.open(path)) {
      Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000));
      assertThatThrownBy(
              () -> ModelConversion.convert(model, ModelOutput.to(folder.resolve("out.gguf"))))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("changed under the running model");
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void rotary_factors_without_parameters_are_refused_rather_than_dropped() {
    var source = Shared.path("fixtures/tiny-bf16.gguf");
    var odd = folder.resolve("odd.gguf");
    try (var model = ModelFile.open(source)) {
      var tensors = new ArrayList<OutgoingTensor>();
      model
          .tensors()
          .forEach((name, tensor) ->
              tensors.add(
                  name.equals("rope_freqs.weight")
                      ? OutgoingTensor.of(
                          name,
                          tensor.type(),
                          tensor.shape(),
                          () -> {
                            var factors = tensor.toFloats();
                            factors[2] = 3;
                            return factors;
                          })
                      : OutgoingTensor.of(name, tensor)));
      GgufWriter.write(odd, model.metadata(), tensors, _ -> {});
    }
    assertThatThrownBy(() -> convert(odd, "out"))
        .hasMessageContaining("the rotary factors are not those of Llama 3.1's scaling");
  }
}
