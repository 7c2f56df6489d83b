package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.Classification;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Chooses one of any labels for texts.
@Command(name = "classify")
final class ClassifyCommand implements Runnable {
  private final Streams streams;
  @Mixin private TaskModel model;
  @Mixin private TaskTexts texts;
  @Mixin ReportOptions report;

  @Option(names = "--labels", paramLabel = "A,B,C", split = "[,\uff0c]", required = true)
  private List<String> labels;

  ClassifyCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var rows = texts.rows(streams);
    var progress = new Progress(report.messages(streams), rows.size());
    try (var model = this.model.open()) {
      int done = 0;
      for (var row : rows) {
        Classification result = model.classify(row.field("text"), labels);
        streams.out().println(texts.json() ? toJson(result) : toText(result)).flush();
        progress.at(++done);
      }
    }
  }

  private static String toText(Classification result) {
    var text = new StringBuilder(result.label());
    result
        .probabilities()
        .forEach((label, p) -> text.append("%n  %5.1f%%  %s".formatted(100 * p, label)));
    return text.toString();
  }

  private static String toJson(Classification result) {
    var probabilities = Json.object();
    result.probabilities().forEach(probabilities::put);
    return Json.object()
        .put("label", result.label())
        .put("probabilities", probabilities.end())
        .end()
        .write();
  }
}
