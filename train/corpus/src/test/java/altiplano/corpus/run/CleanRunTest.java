package altiplano.corpus.run;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.corpus.recipe.RecipeReader;
import altiplano.files.Json;
import altiplano.shards.Manifest;
import altiplano.shards.Shards;
import altiplano.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanRunTest {
  private static final SparkSession spark = SharedSpark.SESSION;

  @TempDir Path folder;

  @Test
  void every_row_is_accounted_for_and_personal_data_are_masked() throws IOException {
    String tea = "这是一段完整的正文，讲的是如何泡一壶好茶。先把水烧开，再放茶叶，等三分钟就可以喝了。";
    Path rows =
        Files.writeString(
            folder.resolve("a.jsonl"),
            """
            {"text":"%s"}
            {"text":"%s"}
            {"text":"%s顺便说一句，水要软水。"}
            {"text":"电话13812345678，邮箱a@b.com，请在工作时间联系我们的客服人员。"}
            no json 13912345678
            {"text":"……"}
            """
                .formatted(tea, tea, tea.repeat(2)));
    Path page =
        Files.writeString(
            folder.resolve("p.html"), "<html><nav>首页</nav><p>网页的正文在这里，讲的是天气。</p></html>");
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    Path output = folder.resolve("out");
    Files.createDirectories(output);
    Files.writeString(output.resolve("mine.txt"), "stays");
    List<String> inputs = List.of(rows.toString(), page.toString(), empty.toString());

    var report =
        CleanRun.run(spark, inputs, output, new CleanRun.Options(false, true), message -> {});

    List<Json> documents = lines(output.resolve("documents.jsonl"));
    List<Json> rejects = lines(output.resolve("rejects.jsonl"));
    assertThat(report.documentsIn()).isEqualTo(6);
    assertThat(report.rejected()).isEqualTo(2);
    assertThat(report.documentsOut()).isEqualTo(documents.size());
    assertThat(documents.size() + rejects.size()).isEqualTo(8);
    assertThat(documents).extracting(d -> text(d, "text")).contains(tea, "网页的正文在这里，讲的是天气。");
    assertThat(rejects)
        .extracting(r -> text(r, "reason"))
        .contains("exact-duplicates", "empty-text", "an empty file");
    assertThat(rejects.toString()).doesNotContain("13912345678").contains("[MOBILE]");
    assertThat(report.masked()).containsEntry("mobile", 1L).containsEntry("email", 1L);
    assertThat(output.resolve("mine.txt")).hasContent("stays");
    assertThat(Files.readString(output.resolve("report.html")))
        .contains("<svg")
        .doesNotContain("http://", "https://");
  }

  @Test
  void a_recipe_gives_the_same_bytes_again_and_splits_without_overlap() throws IOException {
    var text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append(
          "{\"text\":\"第%d天的日记：今天做了%d件事情，走了%d里路，见到了%d位朋友，心情%s。\"}\n"
              .formatted(i, i * 7 % 13, i * 11 % 97, i * 3 % 31, "好坏平喜忧".charAt(i % 5)));
    }
    Files.writeString(folder.resolve("a.jsonl"), text);
    Path config =
        Files.writeString(
            folder.resolve("r.yaml"),
            """
            output: %s
            licence: shippable
            sources:
              - {name: a, files: [%s], licence: CC0, shippable: true, repeat: 1.5}
              - {name: b, files: [%s], licence: research only, shippable: false}
            steps: [normalise, exact-duplicates]
            split: {validation: 0.1, test: 0.1}
            vocabulary: {size: 600}
            packing: {length: 64, shard_tokens: 4000}
            """
                .formatted(
                    folder.resolve("one"), folder.resolve("a.jsonl"), folder.resolve("b.jsonl")));
    Manifest first = CorpusRun.run(spark, RecipeReader.read(config, Map.of()), message -> {});
    SharedSpark.withPartitions(
        3,
        () ->
            CorpusRun.run(
                spark,
                RecipeReader.read(config, Map.of("output", folder.resolve("two").toString())),
                message -> {}));
    Manifest second = Manifest.read(folder.resolve("two"));

    assertThat(second).isEqualTo(first);
    assertThat(first.sources()).extracting(Manifest.Source::included).containsExactly(true, false);
    var seen = new HashSet<String>();
    Tokenizer tokenizer = Tokenizer.open(folder.resolve("one/tokenizer.json"));
    for (String split : List.of("train", "validation", "test")) {
      var here = new HashSet<String>();
      try (Shards shards = Shards.open(folder.resolve("one"), split)) {
        for (long i = 0; i < shards.documents(); i++)
          here.add(tokenizer.decode(shards.document(i).tokens()));
      }
      assertThat(here).isNotEmpty();
      for (String document : here) assertThat(seen.add(document)).as(document).isTrue();
    }
    assertThat(seen).hasSize(400);
  }

  private static List<Json> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream().map(Json::parse).toList();
  }

  private static String text(Json row, String key) {
    return row instanceof Json.ObjectValue object
            && object.get(key).orElse(row) instanceof Json.TextValue(var text)
        ? text
        : "";
  }
}
