package altiplano.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.files.Json;
import altiplano.files.ModelConversion;
import altiplano.files.ModelFile;
import altiplano.files.ModelOutput;
import altiplano.model.Head;
import altiplano.model.Head.Kind;
import altiplano.model.Head.Pooling;
import altiplano.model.LlamaModel;
import altiplano.model.TextEncoder;
import altiplano.testing.Shared;
import altiplano.training.recipe.Recipe;
import altiplano.training.recipe.RecipeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Heads of every kind, several of some, trained in one run on one model.
class HeadsTest {
  private static final List<Head> HEADS =
      List.of(
          head("sentiment.review", Kind.CLASSIFICATION, Pooling.MEAN, false, "bad", "fine", "good"),
          head("domain", Kind.CLASSIFICATION, Pooling.LAST, true, "law", "medical"),
          head("extract.law", Kind.TOKEN_LABELS, false, "O", "B-date", "I-date"),
          head("extract.medical", Kind.TOKEN_LABELS, false, "O", "B-age", "I-age"),
          head("reading", Kind.SPAN, false, "start", "end"),
          head("sentence", Kind.EMBEDDING, Pooling.MEAN, false));

  @TempDir private Path work = Path.of("");
  private Path base = Path.of("");

  @BeforeEach
  void data() throws IOException {
    base = Shared.path("fixtures/tiny-hf");
    rows("mood", "{\"text\":\"the room was %1$s, no %2$d\",\"label\":\"%1$s\"}", "good", "bad");
    rows("domain", "{\"text\":\"a %s text, no %d\",\"label\":\"%1$s\"}", "law", "medical");
    rows(
        "law",
        "{\"text\":\"%s %d of May\",\"spans\":[{\"start\":0,\"end\":4,\"type\":\"date\"}]}",
        "from",
        "till");
    rows(
        "medical",
        "{\"text\":\"%s aged %d\",\"spans\":[{\"start\":0,\"end\":3,\"type\":\"age\"}]}",
        "man",
        "boy");
    rows(
        "reading",
        "{\"passage\":\"it is the %1$s of %2$d\",\"question\":\"what is no %2$d?\","
            + "\"answers\":[{\"text\":\"%1$s\",\"start\":10}]}",
        "cat",
        "dog");
    rows("pairs", "{\"a\":\"a %s %d\",\"b\":\"the %1$s %2$d\",\"label\":1}", "cat", "dog");
    rows("text", "{\"text\":\"some %s text of number %d\"}", "short", "long");
  }

  @Test
  void one_run_trains_them_all_and_they_stay_through_a_conversion() throws IOException {
    var folder = train("run", recipe());
    var losses = Metrics.read(folder.metrics()).getFirst().get("losses").orElseThrow();
    assertThat(((Json.ObjectValue) losses).members()).hasSize(8);

    Path gguf = work.resolve("model.gguf");
    try (var file = ModelFile.open(folder.model())) {
      ModelConversion.convert(file, ModelOutput.to(gguf));
    }
    try (var trained = LlamaModel.open(folder.model());
        var converted = LlamaModel.open(gguf)) {
      assertThat(trained.heads()).containsExactlyElementsOf(HEADS);
      assertThat(converted.heads()).containsExactlyElementsOf(HEADS);
      int[] ids = trained.tokenizer().encode("the room was good");
      assertThat(answers(converted, ids)).hasSameSizeAs(answers(trained, ids));
      for (int i = 0; i < answers(trained, ids).size(); i++) {
        float[] expected = answers(trained, ids).get(i);
        float[] actual = answers(converted, ids).get(i);
        for (int j = 0; j < expected.length; j++) {
          assertThat(actual[j]).isCloseTo(expected[j], within(1e-4f));
        }
      }
    }
  }

  @Test
  void a_head_of_the_base_goes_on_with_its_labels() throws IOException {
    var first = train("first", recipe());
    base = first.model();
    rows("mood", "{\"text\":\"a %1$s day, no %2$d\",\"label\":\"%1$s\"}", "good", "awful");
    var second =
        train(
            "second",
            """
              sentiment.review: {kind: classification, pooling: mean, causal: false, files: [mood.jsonl]}
            """);
    try (var model = LlamaModel.open(second.model())) {
      assertThat(model.heads()).containsExactlyInAnyOrderElementsOf(HEADS);
    }
    assertThat(said())
        .contains(
            "sentiment.review: 20 rows left out, the first: the label 'awful' is none of head"
                + " sentiment.review: bad, fine, good");
  }

  @Test
  void other_labels_than_the_head_has_are_refused() throws IOException {
    var first = train("first", recipe());
    base = first.model();
    assertThatThrownBy(
            () -> train("second", "  domain: {kind: classification, labels: [law, finance]}\n"))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            "domain: head domain: its labels: [law, medical], not [law, finance]. Name another"
                + " head, or agree with the one that is there.");
  }

  private static List<float[]> answers(LlamaModel model, int[] ids) {
    var encoder = new TextEncoder(model);
    return List.of(
        encoder.classify(HEADS.get(0), ids),
        encoder.classify(HEADS.get(1), ids),
        encoder.label(HEADS.get(2), ids)[0],
        encoder.label(HEADS.get(3), ids)[1],
        encoder.span(HEADS.get(4), ids)[0],
        encoder.vector(ids, HEADS.get(5)));
  }

  private static Head head(String name, Kind kind, boolean causal, String... labels) {
    return head(name, kind, Pooling.LAST, causal, labels);
  }

  private static Head head(
      String name, Kind kind, Pooling pooling, boolean causal, String... labels) {
    return new Head(name, kind, List.of(labels), pooling, causal, 1);
  }

  private static String recipe() {
    return """
      sentiment.review:
        kind: classification
        labels: [bad, fine, good]
        pooling: mean
        causal: false
        files: [mood.jsonl]
      domain: {kind: classification, files: [domain.jsonl]}
      extract.law: {kind: token_labels, files: [law.jsonl]}
      extract.medical: {kind: token_labels, files: [medical.jsonl]}
      reading: {files: [reading.jsonl]}
      pairs: {kind: contrastive, pairs: 4, files: [pairs.jsonl]}
      next_token: {files: [text.jsonl]}
      masked_token: {files: [text.jsonl]}
    """;
  }

  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  private String said() {
    return told.toString(StandardCharsets.UTF_8);
  }

  private RunFolder train(String name, String objectives) throws IOException {
    Path file =
        Files.writeString(
            work.resolve(name + ".yaml"),
            """
            steps: 2
            output: %s
            threads: 1
            data: %s
            base: %s
            batch: {tokens: 2000, micro: 50, length: 48}
            evaluate: {every: 2, tokens: 100, held_out: 0.1}
            checkpoint: {every: 2}
            objectives:
            %s\
            """
                .formatted(work.resolve(name), work, base, objectives));
    var recipe = Recipe.read(file, List.of());
    var folder = RunFolder.create(file, List.of(), recipe.output());
    var out = new PrintStream(told, true, StandardCharsets.UTF_8);
    var session = new Session(recipe, folder, new ProgressBar(out, false, recipe.steps()));
    assertThat(session.open().run()).isTrue();
    return folder;
  }

  /// Writes forty rows, every second one with the other word.
  private void rows(String name, String row, String one, String other) throws IOException {
    Files.write(
        work.resolve(name + ".jsonl"),
        IntStream.range(0, 40).mapToObj(i -> row.formatted(i % 2 == 0 ? one : other, i)).toList());
  }
}
