package altiplano.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import altiplano.files.GgufWriter;
import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.OutgoingTensor;
import altiplano.generation.GenerationOptions;
import altiplano.model.LlamaConfig;
import altiplano.model.RandomModel;
import altiplano.tensor.ElementType;
import altiplano.testing.Shared;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same calls on a larger, deeper and quantised model of random weights.
@Tag("slow")
class LargerModelTest {
  private static final String RECORD = "患者,男性,45岁,主诉头痛,持续两天。既往有高血压病史。";

  @TempDir private Path folder;

  private Path file() {
    Path file = folder.resolve("larger.gguf");
    try (var tiny = ModelFile.open(Shared.path("fixtures/tiny-f32.gguf"))) {
      var small = LlamaConfig.from(tiny);
      var config =
          new LlamaConfig(
              512,
              8,
              16,
              4,
              32,
              1408,
              small.vocabulary(),
              2048,
              small.normEpsilon(),
              small.positions(),
              small.normalization(),
              small.activation(),
              true,
              true,
              1);
      try (var random = RandomModel.of(config, ElementType.Q8_0, 11)) {
        var values = new LinkedHashMap<>(tiny.metadata().values());
        values.putAll(random.metadata().values());
        var tensors =
            random.tensors().entrySet().stream()
                .map(entry -> OutgoingTensor.of(entry.getKey(), entry.getValue()))
                .toList();
        GgufWriter.write(file, new Metadata(values), tensors, _ -> {});
      }
    }
    return file;
  }

  @Test
  void forms_hold_where_the_text_is_nonsense() {
    try (var model = Llama3Model.load(file())) {
      var mood = model.analyzeSentiment("某科技公司股价大幅上涨,市场反应积极。");
      assertThat(mood.probabilities().values().stream().mapToDouble(p -> p).sum())
          .isCloseTo(1, within(1e-6));
      var info = model.extractKeyInformation(RECORD);
      assertThat(info.fields()).containsOnlyKeys(info.domain().fields());
      info.fields().values().stream()
          .flatMap(List::stream)
          .forEach(span -> assertThat(RECORD).contains(span.value()));
      var clause =
          model.generateClause(
              "根据《劳动合同法》,本合同的主要条款如下:", GenerationOptions.GREEDY.withMaxTokens(200));
      assertThat(clause.text()).matches("(第[一二三四五六七八]条 \\p{IsHan}{2,8}\\n[^\\n]*。\\n)*");
      var answer = model.answerQuestion("Llama3.1 的核心技术是什么?");
      assertThat(answer.sources()).isNotEmpty();
      assertThat(model.classify("股市今天上涨。", List.of("体育", "财经")).probabilities())
          .containsOnlyKeys("体育", "财经");
      assertThat(model.similarity("今天天气很好", "阳光明媚")).isBetween(-1.0, 1.0);
      assertThat(model.generateText("未来", 20).usage().generatedTokens()).isBetween(1, 20);
    }
  }
}
