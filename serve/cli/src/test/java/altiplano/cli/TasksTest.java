package altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectValue;
import altiplano.tasks.ModelNames;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tasks' commands: what scripts rely on, on a model of random weights.
final class TasksTest {
  @TempDir private Path folder;

  private static CliRun task(String... arguments) {
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--model";
    all[arguments.length + 1] = Shared.path("fixtures/tiny-f32.gguf").toString();
    return CliRun.of(all);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static ObjectValue object(CliRun run) {
    assertThat(run.exitCode()).as(run.err()).isZero();
    return (ObjectValue) Json.parse(run.out());
  }

  @Test
  void sentiment_gives_a_line_a_text() throws IOException {
    var input = file("two.jsonl", "{\"text\":\"很好。\"}\n{\"text\":\"太差了。\"}\n");
    var run = task("sentiment", "--input", input.toString(), "--domain", "review");
    assertThat(run.out().lines())
        .hasSize(2)
        .allSatisfy(line -> {
          var probabilities = ((ObjectValue) Json.parse(line)).get("probabilities").orElseThrow();
          assertThat(((ObjectValue) probabilities).members())
              .containsOnlyKeys("positive", "negative", "neutral");
        });
  }

  @Test
  void extract_gives_every_field_of_the_domain() {
    var result = object(task("extract", "患者,男性,45岁。", "--domain", "medical", "--json"));
    assertThat(((ObjectValue) result.get("fields").orElseThrow()).members())
        .containsKeys("sex", "age", "chief_complaint", "diagnosis");
  }

  @Test
  void ask_gives_offsets_or_null() throws IOException {
    var passage = file("passage.txt", "长江全长约6300公里。");
    var answer = object(task("ask", "长江有多长?", "--passage", passage.toString(), "--json"));
    assertThat(answer.members()).containsKeys("answer", "start", "end", "confidence");
  }

  @Test
  void classify_and_similar_give_what_they_promise() {
    var result = object(task("classify", "--labels", "体育,财经", "股市今天上涨。", "--json"));
    assertThat(((ObjectValue) result.get("probabilities").orElseThrow()).members())
        .containsOnlyKeys("体育", "财经");
    assertThat(object(task("similar", "今天天气很好", "今天天气不错", "--json")).members())
        .containsOnlyKeys("similarity");
  }

  @Test
  void contract_review_needs_no_model() throws IOException {
    var contract = file("c.txt", "劳动合同\n第一条 合同期限为一年,试用期六个月。\n");
    var review = object(CliRun.of("contract", "review", contract.toString(), "--json"));
    var clauses = (ArrayValue) review.get("clauses").orElseThrow();
    var findings = (ArrayValue) review.get("findings").orElseThrow();
    assertThat(clauses.elements()).hasSize(1);
    assertThat(
            IntStream.range(0, findings.elements().size())
                .mapToObj(i -> ((ObjectValue) findings.elements().get(i)).members().get("clause")))
        .contains(Json.of("第一条"));
  }

  @Test
  void an_index_is_made_searched_and_asked() throws IOException {
    Path docs = Files.createDirectories(folder.resolve("docs"));
    Files.writeString(docs.resolve("a.txt"), "阿司匹林用于预防心肌梗死。");
    Files.writeString(docs.resolve("b.txt"), "胰岛素用于治疗糖尿病。");
    String index = folder.resolve("index").toString();
    assertThat(task("index", docs.toString(), "--output", index).exitCode()).isZero();
    var hits =
        (ArrayValue) object(task("search", index, "糖尿病", "--json")).get("hits").orElseThrow();
    var first = (ObjectValue) hits.elements().getFirst();
    assertThat(first.members()).containsKeys("document", "score", "start", "end", "text");
    assertThat(first.members().get("document")).isEqualTo(Json.of("b.txt"));
    assertThat(object(task("ask", "胰岛素用于治疗什么?", "--index", index, "--json")).members())
        .containsKeys("answer", "sources");
  }

  @Test
  void an_index_of_words_needs_no_model() throws IOException {
    Path docs = Files.createDirectories(folder.resolve("docs"));
    Files.writeString(docs.resolve("a.md"), "Insulin treats diabetes.");
    String index = folder.resolve("index").toString();
    assertThat(CliRun.of("index", docs.toString(), "--output", index, "--words-only").exitCode())
        .isZero();
    assertThat(CliRun.of("search", index, "diabetes").out()).contains("a.md [0, 24)");
    var missing = CliRun.of("search", folder.resolve("none").toString(), "x");
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("no index. Make one with: altiplano index DIR --output");
  }

  @Test
  void the_demo_shows_the_articles_six() {
    var run = task("demo");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("5.1", "5.2", "5.3", "6.1", "6.2", "6.3", "患者,男性,45岁");
  }

  @Test
  void a_page_marks_the_findings_and_escapes_the_text() throws IOException {
    var contract = file("c.txt", "借款合同 <b>\n第一条 借款年利率13%。\n");
    Path page = folder.resolve("c.html");
    var run = CliRun.of("contract", "review", contract.toString(), "--html", page.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(page).content().contains("<mark", "年利率13%", "&lt;b&gt;").doesNotContain("<b>");
    var higher = CliRun.of("contract", "review", contract.toString(), "--set", "lpr=3.45");
    assertThat(higher.out()).doesNotContain("年期贷款");
    var unknown = CliRun.of("contract", "review", contract.toString(), "--set", "x=1");
    assertThat(unknown.err()).contains("no constant 'x'");
  }

  @Test
  void the_bundled_model_is_the_default() {
    assertThat(ModelNames.isBundled(ModelNames.MINI)).isTrue();
    var run = CliRun.of("sentiment", "质量很差，非常失望，不会再买了。", "--domain", "review", "--json");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("\"label\":\"negative\"");
  }

  @Test
  void wrong_use_is_told_before_a_model_is_loaded() {
    assertThat(CliRun.of("sentiment").exitCode()).isEqualTo(2);
    assertThat(CliRun.of("ask").exitCode()).isEqualTo(2);
    assertThat(CliRun.of("similar", "a").exitCode()).isEqualTo(2);
    assertThat(CliRun.of("contract", "sign", "x").exitCode()).isEqualTo(2);
  }
}
