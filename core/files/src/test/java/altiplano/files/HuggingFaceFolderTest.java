package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HuggingFaceFolderTest {
  @TempDir Path folder;

  @Test
  void a_folder_presents_the_values_of_the_same_model_in_gguf() {
    try (var hf = ModelFile.open(Shared.path("fixtures/tiny-hf"));
        var gguf = ModelFile.open(Shared.path("fixtures/tiny-bf16.gguf"))) {
      assertThat(hf.tensors()).containsOnlyKeys(gguf.tensors().keySet());
      for (var name : gguf.tensors().keySet()) {
        assertThat(hf.tensor(name).shape()).as(name).isEqualTo(gguf.tensor(name).shape());
        assertThat(hf.tensor(name).toFloats()).as(name).isEqualTo(gguf.tensor(name).toFloats());
      }
    }
  }

  @Test
  void a_folder_presents_the_metadata_of_the_same_model_in_gguf() {
    try (var hf = ModelFile.open(Shared.path("fixtures/tiny-hf"));
        var gguf = ModelFile.open(Shared.path("fixtures/tiny-bf16.gguf"))) {
      var expected = new java.util.HashMap<>(gguf.metadata().values());
      expected
          .keySet()
          .removeAll(List.of("general.name", "general.file_type", "general.quantization_version"));
      assertThat(hf.metadata().values()).containsAllEntriesOf(expected);
      assertThat(hf.metadata().number("general.sampling.temp")).hasValue(0.6f);
      assertThat(hf.metadata().number(RotaryScaling.FACTOR)).hasValue(8);
      assertThat(hf.metadata().numbers(VocabularyKeys.END_IDS)).contains(List.of(497L, 504L, 505L));
    }
  }

  @Test
  void shards_are_read_by_their_index() {
    try (var file = ModelFile.open(Shared.path("fixtures/tiny-hf-sharded"))) {
      assertThat(file.format()).isEqualTo("safetensors");
      assertThat(file.metadata().bool("altiplano.tied_embedding")).contains(true);
      assertThat(file.tensor("blk.2.attn_k.weight").shape()).isEqualTo(Shape.of(32, 64));
      assertThat(file.tensors()).doesNotContainKeys("rope_freqs.weight", "output.weight");
      assertThat(file.tensors().values().stream().map(tensor -> tensor.type()).distinct())
          .containsExactlyInAnyOrder(ElementType.F16, ElementType.F32);
      file.checkUnchanged();
    }
  }

  static Stream<Path> broken() throws IOException {
    if (!Shared.has("fixtures/bad")) return Stream.of(Path.of("missing"));
    try (var files = Files.list(Shared.path("fixtures/bad"))) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .filter(file -> !file.getFileName().toString().startsWith("good"))
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("broken")
  void a_broken_safetensors_file_is_refused_with_file_place_and_remedy(Path file) {
    Shared.path("fixtures/bad");
    assertThatThrownBy(() -> ModelFile.open(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageMatching("(?s).* \\([^()]+\\)\\. [A-Z].*\\.");
  }

  @ParameterizedTest
  @MethodSource("broken")
  void a_folder_with_a_broken_file_is_refused(Path file) throws IOException {
    Files.copy(Shared.path("fixtures/tiny-hf/config.json"), folder.resolve("config.json"));
    var copy = Files.copy(file, folder.resolve("model.safetensors"));
    assertThatThrownBy(() -> ModelFile.open(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(copy + ": ");
  }

  @Test
  void the_good_control_is_accepted() {
    try (var file = ModelFile.open(Shared.path("fixtures/bad/good-control.safetensors"))) {
      assertThat(file.tensor("a").shape()).isEqualTo(Shape.of(2, 4));
      assertThat(file.tensor("a").data().address() % 4).isZero();
    }
  }

  @Test
  void metas_own_format_is_named_with_a_way_out() throws IOException {
    Files.createFile(folder.resolve("consolidated.00.pth"));
    assertThatThrownBy(() -> ModelFile.open(folder))
        .hasMessage(
            folder
                + ": the weights are in Meta's own format, which is not read (consolidated.*.pth)."
                + " Download the model in Hugging Face's format (config.json and"
                + " model.safetensors), such as by 'altiplano pull meta-llama/Llama-3.1-8B', or as"
                + " GGUF; or convert it by transformers' convert_llama_weights_to_hf.py.");
    assertThatThrownBy(() -> ModelFile.open(folder.resolve("consolidated.00.pth")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("weights in Meta's own format")
        .hasMessageEndingWith("convert_llama_weights_to_hf.py.");
  }

  @Test
  void a_folder_whose_weights_change_while_open_is_noticed() throws IOException {
    for (var name : List.of("config.json", "model.safetensors")) {
      Files.copy(Shared.path("fixtures/tiny-hf/" + name), folder.resolve(name));
    }
    var weights = folder.resolve("model.safetensors");
    try (var model = ModelFile.open(folder)) {
      model.checkUnchanged();
      Files.setLastModifiedTime(weights, FileTime.fromMillis(1_000_000));
      assertThatThrownBy(model::checkUnchanged)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith(weights + ": the file changed under the running model");
    }
  }

  @Test
  void an_index_cannot_name_files_outside_the_folder() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"../model.safetensors\"}}");
    assertThatThrownBy(() -> ModelFile.open(folder))
        .hasMessageContaining("\"../model.safetensors\" is no plain file name");
  }

  @Test
  void every_name_is_mapped_both_ways() {
    for (var name :
        List.of(
            "token_embd.weight",
            "position_embd.weight",
            "output.weight",
            "output_norm.bias",
            "blk.12.attn_q.bias",
            "blk.3.ffn_down.weight",
            "head.sentiment.review.weight")) {
      assertThat(HuggingFaceNames.toGguf(HuggingFaceNames.fromGguf(name))).isEqualTo(name);
    }
    assertThat(HuggingFaceNames.fromGguf("blk.3.attn_output.weight"))
        .isEqualTo("model.layers.3.self_attn.o_proj.weight");
  }
}
