package altiplano.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import altiplano.files.GgufWriter;
import altiplano.files.ModelFile;
import altiplano.files.OutgoingTensor;
import altiplano.model.Head;
import altiplano.model.Head.Kind;
import altiplano.model.Head.Pooling;
import altiplano.tasks.Sentiment.Mood;
import altiplano.tasks.Sentiment.Scale;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.testing.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model with heads: they decide, whatever the language model would write. The heads' weights are
/// random but for biases that make one label sure.
class TrainedHeadsTest {
  private static final String RECORD = "患者,男性,45岁,主诉头痛,持续两天。否认高血压病史。";
  private static final double SURE = 60;

  @TempDir private Path folder;

  private Llama3Model model;

  private record Sure(Head head, String label) {}

  private static Head classification(String name, String... labels) {
    return new Head(name, Kind.CLASSIFICATION, List.of(labels), Pooling.MEAN, false, 2);
  }

  private static Head labels(String name, String... labels) {
    return new Head(name, Kind.TOKEN_LABELS, List.of(labels), Pooling.LAST, false, 1);
  }

  private static final List<Sure> HEADS =
      List.of(
          new Sure(
              classification("sentiment.review", "negative", "neutral", "positive"), "positive"),
          new Sure(classification("sentiment.finance", "negative", "positive"), "negative"),
          new Sure(
              classification("sentiment.aspect", "negative", "neutral", "positive"), "neutral"),
          new Sure(classification("sentiment.scale", "review", "finance"), "finance"),
          new Sure(classification("domain", "medical", "law", "finance"), "law"),
          new Sure(classification("topic", "体育", "财经"), "体育"),
          new Sure(labels("extract.medical", "O", "B-history!", "I-history!"), "I-history!"),
          new Sure(labels("extract.law", "O", "B-dates", "I-dates"), "O"),
          new Sure(labels("reading", "O", "B-answer", "I-answer"), "I-answer"));

  @BeforeEach
  void open() {
    Path base = Shared.path("fixtures/tiny-f32.gguf");
    Path file = folder.resolve("heads.gguf");
    try (var plain = ModelFile.open(base)) {
      var tensors = new ArrayList<OutgoingTensor>();
      plain.tensors().forEach((name, tensor) -> tensors.add(OutgoingTensor.of(name, tensor)));
      var heads = new ArrayList<Head>();
      var random = new Random(5);
      int width = (int) plain.tensor("token_embd.weight").shape().columns();
      for (Sure sure : HEADS) {
        heads.add(sure.head);
        int outputs = sure.head.labels().size();
        String name = "head." + sure.head.name();
        var weight = new float[outputs * width];
        for (int i = 0; i < weight.length; i++) weight[i] = (float) random.nextGaussian() * 0.01f;
        var bias = new float[outputs];
        bias[sure.head.labels().indexOf(sure.label)] = (float) SURE;
        tensors.add(tensor(name + ".weight", Shape.of(outputs, width), weight));
        tensors.add(tensor(name + ".bias", Shape.of(outputs), bias));
      }
      heads.add(new Head("sentence", Kind.EMBEDDING, List.of(), Pooling.MEAN, false, 1));
      var metadata =
          Head.addTo(plain.metadata(), heads)
              .with("altiplano.prompts.zh", "version mini\n== answer.none\n无答案\n");
      GgufWriter.write(file, metadata, tensors, _ -> {});
    }
    model = Llama3Model.load(file.toString());
  }

  private static OutgoingTensor tensor(String name, Shape shape, float[] values) {
    return OutgoingTensor.of(name, ElementType.F32, shape, () -> values);
  }

  @AfterEach
  void close() {
    if (model != null) model.close();
  }

  @Test
  void moods_are_the_heads_and_a_missing_label_has_no_probability() {
    var review = model.analyzeSentiment("很差。", Scale.REVIEW, TaskOptions.DEFAULT);
    assertThat(review.label()).isEqualTo(Mood.POSITIVE);
    assertThat(review.probabilities().get(Mood.POSITIVE)).isCloseTo(1, within(1e-6));
    var chosen = model.analyzeSentiment("很差。");
    assertThat(chosen.scale()).isEqualTo(Scale.FINANCE);
    assertThat(chosen.label()).isEqualTo(Mood.NEGATIVE);
    assertThat(chosen.score()).isCloseTo(-1, within(1e-6));
    assertThat(chosen.probabilities().get(Mood.NEUTRAL)).isZero();
    assertThat(model.analyzeSentimentOf("屏幕很好。", "价格", TaskOptions.DEFAULT).label())
        .isEqualTo(Mood.NEUTRAL);
    assertThat(model.analyzeSentiment("", Scale.REVIEW, TaskOptions.DEFAULT).label())
        .isEqualTo(Mood.NEUTRAL);
  }

  @Test
  void a_batch_gives_what_each_text_gives_alone() {
    var texts = List.of("好", "坏。".repeat(300), "", "一般😀");
    var together = model.analyzeSentiment(texts, Optional.of(Scale.REVIEW), TaskOptions.DEFAULT);
    for (int i = 0; i < texts.size(); i++) {
      var alone = model.analyzeSentiment(texts.get(i), Scale.REVIEW, TaskOptions.DEFAULT);
      assertThat(together.get(i).label()).isEqualTo(alone.label());
      for (Mood mood : Mood.values()) {
        assertThat(together.get(i).probabilities().get(mood))
            .isCloseTo(alone.probabilities().get(mood), within(1e-5));
      }
    }
  }

  @Test
  void labels_that_a_head_knows_are_classified_by_it() {
    var result = model.classify("股市今天上涨。", List.of("财经", "体育"));
    assertThat(result.label()).isEqualTo("体育");
    assertThat(result.probabilities().keySet()).containsExactly("财经", "体育");
  }

  @Test
  void the_domain_is_the_heads_and_values_are_parts_of_the_text() {
    assertThat(model.extractKeyInformation(RECORD).domain()).isEqualTo(Domain.LAW);
    var history =
        model.extractKeyInformation(RECORD, Domain.MEDICAL, TaskOptions.DEFAULT).field("history");
    // I follows only its like: the path starts with B, and then everything is one value.
    assertThat(history)
        .singleElement()
        .satisfies(span -> {
          assertThat(span.negated()).isTrue();
          assertThat(span.start()).hasValue(0);
          assertThat(span.value()).isEqualTo(RECORD.substring(0, RECORD.length() - 1));
        });
  }

  @Test
  void an_answer_is_a_part_of_the_passage() {
    String passage = "长江全长约6300公里,流经十一个省级行政区。";
    var answer = model.answerQuestion("长江有多长?", passage);
    assertThat(answer.span().orElseThrow().value()).isEqualTo(answer.text().orElseThrow());
    assertThat(passage).contains(answer.text().orElseThrow());
    assertThat(answer.confidence()).isGreaterThan(0.5);
  }

  @Test
  void vectors_are_the_pooled_states_of_the_embedding_head() {
    assertThat(model.similarity("今天天气很好", "今天天气很好")).isCloseTo(1, within(1e-5));
    var together = model.embed(List.of("天气", "股市下跌"), Level.SENTENCE, TaskOptions.DEFAULT);
    float[] alone = model.embed("天气", Level.PARAGRAPH);
    for (int i = 0; i < alone.length; i++) {
      assertThat(together.getFirst()[i]).isCloseTo(alone[i], within(1e-5f));
    }
  }

  @Test
  void a_contract_is_reviewed_with_what_the_model_finds() {
    var review = model.reviewContract("劳动合同\n第一条 合同期限为一年,试用期六个月。\n");
    assertThat(review.information()).isPresent();
    assertThat(review.findings()).isNotEmpty();
  }

  @Test
  void the_best_path_is_one_of_bio() {
    var names = List.of("O", "B-a", "I-a", "B-b", "I-b");
    float[][] probabilities = {
      {0.1f, 0.2f, 0.5f, 0.1f, 0.1f},
      {0.1f, 0.1f, 0.2f, 0.1f, 0.5f},
      {0.6f, 0.1f, 0.1f, 0.1f, 0.1f}
    };
    int[] path = TokenLabels.bestPath(probabilities, names);
    assertThat(path).isEqualTo(bruteForce(probabilities, names));
  }

  /// Tries every sequence.
  private static int[] bruteForce(float[][] probabilities, List<String> names) {
    Map<Double, int[]> all = new LinkedHashMap<>();
    int count = names.size();
    for (int code = 0; code < count * count * count; code++) {
      int[] path = {code / count / count, code / count % count, code % count};
      double p = 1;
      String before = "O";
      for (int i = 0; i < path.length; i++) {
        String label = names.get(path[i]);
        boolean goesOn = label.startsWith("I-");
        boolean fits = !goesOn || (!before.equals("O") && before.endsWith(label.substring(1)));
        p *= fits ? probabilities[i][path[i]] : 0;
        before = label;
      }
      all.put(p, path);
    }
    double best = all.keySet().stream().mapToDouble(p -> p).max().orElseThrow();
    return all.getOrDefault(best, new int[0]);
  }
}
