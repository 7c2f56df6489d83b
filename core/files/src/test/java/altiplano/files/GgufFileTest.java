package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgufFileTest {
  @TempDir Path folder;

  @Test
  void every_type_of_the_kernel_rows_decodes_bit_for_bit() throws IOException {
    var expected = Files.readAllBytes(Shared.path("fixtures/kernels.bin"));
    var index = Json.parse(Files.readAllBytes(Shared.path("fixtures/dequantized.json")));
    try (var file = ModelFile.open(Shared.path("fixtures/kernels.gguf"))) {
      var kernels = (Json.ArrayValue) ((Json.ObjectValue) index).get("kernels").orElseThrow();
      assertThat(kernels.elements()).hasSize(ElementType.values().length);
      for (var element : kernels.elements()) {
        var kernel = (Json.ObjectValue) element;
        var name = ((Json.TextValue) kernel.get("tensor").orElseThrow()).value();
        var offset = ((Json.NumberValue) kernel.get("offset").orElseThrow()).value().intValue();
        var values = file.tensor(name).toFloats();
        var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        assertThat(bytes.array())
            .as(name)
            .isEqualTo(Arrays.copyOfRange(expected, offset, offset + bytes.capacity()));
      }
    }
  }

  @Test
  void metadata_and_tensors_of_a_model_are_presented() {
    try (var file = ModelFile.open(Shared.path("fixtures/tiny-q4_k.gguf"))) {
      assertThat(file.format()).isEqualTo("gguf");
      assertThat(file.metadata().text("general.architecture")).contains("llama");
      assertThat(file.metadata().integer("llama.block_count")).hasValue(2);
      assertThat(file.metadata().number("llama.rope.freq_base")).hasValue(500_000);
      assertThat(file.metadata().texts("tokenizer.ggml.tokens").orElseThrow()).hasSize(512);
      var gate = file.tensor("blk.0.ffn_gate.weight");
      assertThat(gate.type()).isEqualTo(ElementType.Q4_K);
      assertThat(gate.shape()).isEqualTo(Shape.of(320, 256));
      file.checkUnchanged();
    }
  }

  static Stream<Path> broken() throws IOException {
    if (!Shared.has("fixtures/bad")) return Stream.of(Path.of("missing"));
    try (var files = Files.list(Shared.path("fixtures/bad"))) {
      return files
          .filter(file -> file.toString().endsWith(".gguf"))
          .filter(file -> !file.getFileName().toString().startsWith("good"))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("broken")
  void a_broken_file_is_refused_with_file_place_and_remedy(Path file) {
    Shared.path("fixtures/bad");
    assertThatThrownBy(() -> ModelFile.open(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageMatching("(?s).* \\((byte \\d+|key [\\w.]+|tensor \\S+)\\)\\. [A-Z].*\\.");
  }

  @Test
  void the_good_control_is_accepted() {
    try (var file = ModelFile.open(Shared.path("fixtures/bad/good-control.gguf"))) {
      assertThat(file.tensors()).containsOnlyKeys("a.weight", "b.weight");
    }
  }

  @Test
  void a_missing_file_is_named() {
    var path = folder.resolve("none.gguf");
    assertThatThrownBy(() -> ModelFile.open(path))
        .hasMessage(path + ": there is no such file (opening). Check the path.");
  }

  @Test
  void a_file_that_changes_while_open_is_noticed() throws IOException {
    var copy = Files.copy(Shared.path("fixtures/tiny-q4_0.gguf"), folder.resolve("model.gguf"));
    try (var file = ModelFile.open(copy)) {
      file.checkUnchanged();
      Files.setLastModifiedTime(copy, FileTime.fromMillis(1_000_000));
      assertThatThrownBy(file::checkUnchanged)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("changed under the running model");
    }
  }

  @Test
  void a_removed_file_is_noticed() throws IOException {
    var copy = Files.copy(Shared.path("fixtures/tiny-q4_0.gguf"), folder.resolve("model.gguf"));
    try (var file = ModelFile.open(copy)) {
      Files.delete(copy);
      assertThatThrownBy(file::checkUnchanged).hasMessageContaining("it was removed");
    }
  }

  @Test
  void a_closed_model_answers_with_an_exception() {
    var file = ModelFile.open(Shared.path("fixtures/tiny-q4_0.gguf"));
    var norm = file.tensor("output_norm.weight");
    file.close();
    file.close();
    assertThatThrownBy(norm::toFloats).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_missing_part_of_a_split_model_is_named() throws IOException {
    var first = folder.resolve("m-00001-of-00002.gguf");
    Files.copy(Shared.path("fixtures/tiny-q4_0.gguf"), first);
    assertThatThrownBy(() -> ModelFile.open(first))
        .hasMessageStartingWith(
            folder.resolve("m-00002-of-00002.gguf") + ": there is no such file");
  }

  @Test
  void types_of_other_engines_are_named() {
    assertThat(List.of(4L, 20L, 39L, 99L).stream().map(GgufTensorType::describe))
        .containsExactly(
            "4, which no engine writes today",
            "20 (IQ4_NL)",
            "39 (MXFP4)",
            "99, which no engine writes today");
  }
}
