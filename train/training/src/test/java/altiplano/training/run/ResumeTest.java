package altiplano.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.Json;
import altiplano.files.ModelFile;
import altiplano.model.LlamaConfig;
import altiplano.testing.Shared;
import altiplano.training.recipe.Recipe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  @TempDir private Path work = Path.of("");

  @Test
  void a_run_that_was_cut_off_repeats_an_uninterrupted_one_bit_for_bit() throws IOException {
    Path recipe = recipe();
    train(recipe, "whole");
    var cut = new RunFolder(work.resolve("cut"));
    train(recipe, "cut");
    // As after kill -9 in step 5: a later line, a checkpoint that was begun, no model yet.
    RunFolder.delete(cut.checkpoint(6));
    RunFolder.delete(cut.model());
    Files.createDirectories(work.resolve("cut/checkpoints/step-5.tmp"));
    Files.writeString(
        cut.metrics(),
        Files.readString(cut.metrics()) + "{\"step\":7,\"los",
        StandardCharsets.UTF_8);
    session(cut).run();
    assertThat(losses("cut")).isEqualTo(losses("whole"));
    assertThat(Files.readAllBytes(cut.model().resolve("model.safetensors")))
        .isEqualTo(Files.readAllBytes(work.resolve("whole/model/model.safetensors")));
    assertThat(work.resolve("cut/checkpoints/step-5.tmp")).doesNotExist();
  }

  @Test
  void the_model_is_one_that_core_opens() throws IOException {
    train(recipe(), "run");
    try (var file = ModelFile.open(work.resolve("run/model"))) {
      assertThat(LlamaConfig.from(file).width()).isEqualTo(32);
    }
  }

  @Test
  void a_folder_that_holds_another_run_is_refused() throws IOException {
    Path recipe = recipe();
    Files.createDirectories(work.resolve("full/x"));
    assertThatThrownBy(() -> train(recipe, "full"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("holds another run. Go on with it by 'train resume");
  }

  private void train(Path recipe, String name) throws IOException {
    var sets = List.of("output=" + work.resolve(name));
    var folder = RunFolder.create(recipe, sets, Recipe.read(recipe, sets).output());
    assertThat(session(folder).run()).isTrue();
  }

  private static Trainer session(RunFolder folder) throws IOException {
    var quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    var recipe = folder.recipe(List.of());
    return new Session(recipe, folder, new ProgressBar(quiet, false, recipe.steps())).open();
  }

  private List<String> losses(String name) throws IOException {
    return Metrics.read(work.resolve(name).resolve("metrics.jsonl")).stream()
        .map(line ->
            line.get("step").map(Json::write).orElse("")
                + line.get("loss").map(Json::write).orElse("")
                + line.get("losses").map(Json::write).orElse(""))
        .toList();
  }

  private Path recipe() throws IOException {
    var rows =
        IntStream.range(0, 200)
            .mapToObj(i -> "{\"text\":\"line %d of a small text, %d\"}".formatted(i, i * i % 17))
            .toList();
    Path data = Files.write(work.resolve("texts.jsonl"), rows);
    return Files.writeString(
        work.resolve("recipe.yaml"),
        """
        steps: 6
        output: unused
        threads: 1
        data: %s
        dropout: 0.1
        vocabulary: {file: %s}
        model: {width: 32, layers: 2, heads: 2, key_value_heads: 1, context: 64}
        batch: {tokens: 256, micro: 128, length: 32}
        optimizer: {average: 0.9, name: muon}
        evaluate: {every: 2, tokens: 200, held_out: 0.1}
        checkpoint: {every: 2, keep: 9}
        objectives:
          next_token: {weight: 3}
          masked_token: {weight: 1}
        """
            .formatted(data, Shared.path("fixtures/tiny-hf")));
  }
}
