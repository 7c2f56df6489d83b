package altiplano.cli;

import altiplano.generation.GenerationOptions;
import altiplano.tasks.Llama3Model;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Shows every example of the article in turn, with its time and a note on what to expect.
@Command(name = "demo")
final class DemoCommand implements Runnable {
  private static final int TOKENS = 200;
  private static final long SEED = 1;

  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private TaskModel model;
  @Mixin ReportOptions report;

  DemoCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    long start = System.nanoTime();
    try (Llama3Model opened = model.open()) {
      streams.out().println(text("loaded").formatted(seconds(start)));
      var options = GenerationOptions.of(opened.model()).withMaxTokens(TOKENS).withSeed(SEED);
      String record = "患者,男性,45岁,主诉头痛,持续两天。既往有高血压病史。";
      show(
          "extract",
          "5.1",
          record,
          () -> ExtractCommand.toLines(opened.extractKeyInformation(record)));
      String contract = "根据《劳动合同法》,本合同的主要条款如下:";
      show("clauses", "5.2", contract, () -> opened.generateClause(contract, options).text());
      String news = "某科技公司股价大幅上涨,市场反应积极。";
      show("finance", "5.3", news, () -> SentimentCommand.toText(opened.analyzeSentiment(news)));
      String prompt = "未来的人工智能技术将会如何影响我们的生活";
      show("generate", "6.1", prompt, () -> opened.generateText(prompt, options).text());
      String review = "这款智能手表功能强大,设计时尚,非常满意。";
      show("review", "6.2", review, () -> SentimentCommand.toText(opened.analyzeSentiment(review)));
      String question = "Llama3.1 的核心技术是什么?";
      show("answer", "6.3", question, () -> AskCommand.toText(opened.answerQuestion(question)));
    }
    streams.out().println("").println(text("done").formatted(seconds(start))).flush();
  }

  private void show(String key, String number, String input, Supplier<String> task) {
    String title = number + "  " + text(key + ".title");
    streams.out().println("").println(streams.colour() ? "\u001b[1m" + title + "\u001b[0m" : title);
    streams.out().println("> " + input).flush();
    long start = System.nanoTime();
    String result = task.get();
    streams.out().println(result.isBlank() ? "—" : result.stripTrailing());
    streams.out().println("(%s s) %s".formatted(seconds(start), text(key + ".note"))).flush();
  }

  private static String seconds(long start) {
    return String.format(Locale.ROOT, "%.2f", (System.nanoTime() - start) / 1e9);
  }

  private String text(String key) {
    ResourceBundle messages = spec.commandLine().getResourceBundle();
    return messages.getString("demo." + key);
  }
}
