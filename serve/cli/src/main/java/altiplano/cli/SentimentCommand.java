package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.Sentiment;
import altiplano.tasks.Sentiment.Scale;
import altiplano.tasks.TaskOptions;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Says how texts feel about their subject.
@Command(name = "sentiment")
final class SentimentCommand implements Runnable {
  private static final int TOGETHER = 16;

  private final Streams streams;
  @Mixin private TaskModel model;
  @Mixin private TaskTexts texts;
  @Mixin ReportOptions report;

  @Option(names = "--domain", paramLabel = "review|finance")
  private Optional<Scale> domain = Optional.empty();

  SentimentCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var all = texts.rows(streams).stream().map(row -> row.field("text")).toList();
    var progress = new Progress(report.messages(streams), all.size());
    try (var model = this.model.open()) {
      for (int from = 0; from < all.size(); from += TOGETHER) {
        int to = Math.min(all.size(), from + TOGETHER);
        for (Sentiment mood :
            model.analyzeSentiment(all.subList(from, to), domain, TaskOptions.DEFAULT)) {
          streams.out().println(texts.json() ? toJson(mood) : toText(mood));
        }
        streams.out().flush();
        progress.at(to);
      }
    }
  }

  private static String toJson(Sentiment mood) {
    var probabilities = Json.object();
    mood.probabilities().forEach((label, p) -> probabilities.put(lower(label), p));
    return Json.object()
        .put("label", lower(mood.label()))
        .put("probabilities", probabilities.end())
        .put("domain", lower(mood.scale()))
        .end()
        .write();
  }

  static String toText(Sentiment mood) {
    var text = new StringBuilder("%s (%s)".formatted(lower(mood.label()), lower(mood.scale())));
    mood.probabilities()
        .forEach((label, p) ->
            text.append("%n  %-9s %5.1f%%".formatted(lower(label), 100 * p))
                .append(" ")
                .append("█".repeat((int) Math.round(20 * p))));
    return text.toString();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
