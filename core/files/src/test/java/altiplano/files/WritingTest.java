package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WritingTest {
  @TempDir Path folder;

  private static List<OutgoingTensor> tensors(ModelFile file) {
    return file.tensors().entrySet().stream()
        .map(named -> OutgoingTensor.of(named.getKey(), named.getValue()))
        .toList();
  }

  private static void assertSameModel(ModelFile actual, ModelFile expected) {
    assertThat(actual.tensors()).containsOnlyKeys(expected.tensors().keySet());
    for (var name : expected.tensors().keySet()) {
      var tensor = actual.tensor(name);
      assertThat(tensor.type()).as(name).isEqualTo(expected.tensor(name).type());
      assertThat(tensor.data().mismatch(expected.tensor(name).data())).as(name).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"stories260K-f32.gguf", "tiny-f32.gguf", "tiny-q5_k.gguf", "tiny-q4_0.gguf"})
  void a_gguf_file_is_written_again_byte_for_byte(String name) throws IOException {
    var source = Shared.path("fixtures/" + name);
    var copy = folder.resolve("copy.gguf");
    try (var file = ModelFile.open(source)) {
      GgufWriter.write(copy, file.metadata(), tensors(file), _ -> {});
    }
    assertThat(Files.mismatch(copy, source)).isEqualTo(-1);
  }

  @Test
  void a_split_model_reads_as_the_whole_one_from_any_part() {
    try (var file = ModelFile.open(Shared.path("fixtures/tiny-q8_0.gguf"))) {
      var first =
          GgufWriter.writeSplit(
              folder.resolve("m.gguf"), file.metadata(), tensors(file), 500_000, _ -> {});
      assertThat(first).hasFileName("m-00001-of-00003.gguf").exists();
      for (int part = 1; part <= 3; part++) {
        var path = folder.resolve("m-%05d-of-00003.gguf".formatted(part));
        try (var copy = ModelFile.open(path)) {
          assertSameModel(copy, file);
          assertThat(copy.metadata()).isEqualTo(file.metadata());
        }
      }
    }
  }

  @Test
  void every_metadata_type_survives() {
    var values = new LinkedHashMap<String, Object>();
    values.put("general.architecture", "llama");
    values.put("general.alignment", 64L);
    values.put("a.true", true);
    values.put("a.small", -3L);
    values.put("a.large", 1L << 40);
    values.put("a.huge", BigInteger.TWO.pow(63));
    values.put("a.float", 0.1f);
    values.put("a.double", 0.1);
    values.put("a.texts", List.of("é", ""));
    values.put("a.empty", List.of());
    values.put("a.flags", List.of(true, false));
    values.put("a.longs", List.of(1L, 1L << 33));
    values.put("a.nested", List.of(List.of(1L), List.of(2L, 3L)));
    var metadata = new Metadata(values);
    var file = folder.resolve("m.gguf");
    GgufWriter.write(file, metadata, List.of(), _ -> {});
    try (var copy = ModelFile.open(file)) {
      assertThat(copy.metadata()).isEqualTo(metadata);
    }
  }

  @Test
  void a_folder_is_written_again_with_equal_weights_and_configuration() throws IOException {
    var source = Shared.path("fixtures/tiny-hf");
    var copy = folder.resolve("copy");
    try (var file = ModelFile.open(source)) {
      HuggingFaceFolder.write(copy, file.metadata(), tensors(file));
    }
    for (var name : List.of("config.json", "generation_config.json")) {
      assertThat(Json.parse(Files.readAllBytes(copy.resolve(name))))
          .as(name)
          .isEqualTo(Json.parse(Files.readAllBytes(source.resolve(name))));
    }
    assertThat(
            Files.mismatch(copy.resolve("model.safetensors"), source.resolve("model.safetensors")))
        .isEqualTo(-1);
  }

  @Test
  void a_folder_is_written_in_shards_where_it_is_large() {
    try (var file = ModelFile.open(Shared.path("fixtures/tiny-hf-sharded"))) {
      var copy = folder.resolve("copy");
      HuggingFaceFolder.write(copy, file.metadata(), tensors(file), 200_000, _ -> {});
      assertThat(copy.resolve("model.safetensors.index.json")).exists();
      try (var again = ModelFile.open(copy)) {
        assertSameModel(again, file);
        assertThat(again.metadata()).isEqualTo(file.metadata());
      }
    }
  }

  @Test
  void metadata_without_a_place_in_the_files_comes_back() {
    try (var file = ModelFile.open(Shared.path("fixtures/tiny-hf"))) {
      var metadata =
          file.metadata()
              .with("llama.attention.causal", false)
              .with("altiplano.activation", "gelu")
              .with("altiplano.heads", List.of("sentiment"))
              .with("altiplano.head.sentiment.temperature", 1.5f)
              .with("altiplano.layers_per_group", 2L);
      var copy = folder.resolve("copy");
      HuggingFaceFolder.write(copy, metadata, tensors(file));
      try (var again = ModelFile.open(copy)) {
        assertThat(again.metadata().values()).isEqualTo(metadata.values());
      }
    }
  }

  @Test
  void a_failed_writer_leaves_the_old_file_and_no_litter() throws IOException {
    var file = Files.writeString(folder.resolve("m.gguf"), "old");
    var broken =
        new OutgoingTensor(
            "a",
            ElementType.F32,
            Shape.of(4),
            _ -> {
              throw new IOException("No space left on device");
            });
    assertThatThrownBy(() ->
            GgufWriter.write(file, new Metadata(new LinkedHashMap<>()), List.of(broken), _ -> {}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("No space left on device");
    assertThat(file).hasContent("old");
    assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void what_a_killed_writer_left_is_removed_and_a_living_writer_is_left_alone() throws IOException {
    var file = folder.resolve("m.gguf");
    var left = folder.resolve(".m.gguf.12345678-1234-1234-1234-123456789012.tmp");
    Files.writeString(left, "half");
    Files.createDirectory(left.resolveSibling(left.getFileName() + ".d"));
    try (var living = Staging.beside(file)) {
      assertThat(left).doesNotExist();
      AtomicFile.write(file, new byte[] {1});
      living.publishFile();
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThat(file).isEmptyFile();
  }

  @Test
  void a_folder_moved_aside_by_a_killed_writer_returns() throws IOException {
    var left = folder.resolve(".m.12345678-1234-1234-1234-123456789012.tmp");
    Files.createFile(left);
    var aside = Files.createDirectory(left.resolveSibling(left.getFileName() + ".old"));
    Files.writeString(aside.resolve("config.json"), "{}");
    Staging.beside(folder.resolve("m")).close();
    assertThat(folder.resolve("m/config.json")).hasContent("{}");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("m"));
    }
  }

  @Test
  void a_tensor_that_writes_too_little_is_an_error() {
    var lying = new OutgoingTensor("a", ElementType.F32, Shape.of(4), _ -> {});
    assertThatThrownBy(() ->
            GgufWriter.write(
                folder.resolve("m.gguf"),
                new Metadata(new LinkedHashMap<>()),
                List.of(lying),
                _ -> {}))
        .hasMessage("tensor a wrote 0 bytes instead of 16");
  }

  @Test
  void values_are_encoded_while_they_are_written() {
    var values = new float[] {1, 2, 3, 4};
    var file = folder.resolve("m.gguf");
    GgufWriter.write(
        file,
        new Metadata(new LinkedHashMap<>()).with("general.architecture", "llama"),
        List.of(OutgoingTensor.of("a", ElementType.BF16, Shape.of(2, 2), () -> values)),
        _ -> {});
    try (var copy = ModelFile.open(file)) {
      assertThat(copy.tensor("a").toFloats()).isEqualTo(values);
    }
  }
}
