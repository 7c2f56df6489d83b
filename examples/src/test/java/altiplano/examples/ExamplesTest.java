package altiplano.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import altiplano.testing.Shared;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Every example runs, on a model of random weights: forms hold where the text is nonsense. What
/// the bundled model says is looked at where that is made.
@Isolated("captures standard output")
final class ExamplesTest {
  private static final String MOOD = "(POSITIVE|NEGATIVE|NEUTRAL) \\{POSITIVE=.*\\}";

  @TempDir private Path folder;

  private static List<String> run(String example, String... arguments) throws Exception {
    var type = Class.forName(example);
    var constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    var main = type.getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    var said = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(said, true, UTF_8));
    try {
      main.invoke(constructor.newInstance(), (Object) arguments);
    } finally {
      System.setOut(before);
    }
    return said.toString(UTF_8).lines().toList();
  }

  private static String model() {
    return Shared.path("fixtures/tiny-f32.gguf").toString();
  }

  @Test
  void the_articles_five() throws Exception {
    String model = model();
    assertThat(run("MedicalExtraction", model)).startsWith("提取的关键信息:");
    assertThat(run("ContractClauses", model)).startsWith("生成的合同条款:");
    assertThat(run("FinanceSentiment", model)).element(1).asString().matches(MOOD);
  }

  @Test
  void the_articles_six() throws Exception {
    String model = model();
    assertThat(run("TextGeneration", model)).startsWith("示例1:文本生成");
    assertThat(run("ReviewSentiment", model)).element(1).asString().matches("情感分析结果:" + MOOD);
    assertThat(run("QuestionAnswering", model))
        .startsWith("示例3:问答系统")
        .anyMatch(line -> line.startsWith("回答:"));
    assertThat(run("Article", model)).contains("示例1:文本生成", "示例2:情感分析", "示例3:问答系统");
  }

  @Test
  void the_applications() throws Exception {
    String model = model();
    Path records = Files.createDirectories(folder.resolve("records"));
    Files.writeString(records.resolve("a.txt"), "患者,男性,45岁,主诉头痛,持续两天。");
    Path table = folder.resolve("table.csv");
    assertThat(run("MedicalRecordsToCsv", records.toString(), table.toString(), model))
        .containsExactly("1 records");
    assertThat(Files.readAllLines(table))
        .hasSizeGreaterThan(1)
        .first()
        .asString()
        .startsWith("file,sex");

    Path reviews = Files.writeString(folder.resolve("reviews.txt"), "很好。\n\n太差了。\n");
    assertThat(run("ReviewBatch", reviews.toString(), model))
        .hasSize(3)
        .last()
        .asString()
        .endsWith("mean of 2");

    String index = folder.resolve("index").toString();
    assertThat(run("LiteratureSearch", records.toString(), index, "头痛持续多久?", model))
        .hasSizeGreaterThan(2)
        .first()
        .asString()
        .contains("added=1");
  }
}
