package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.Domain;
import altiplano.tasks.KeyInformation;
import altiplano.tasks.Span;
import altiplano.tasks.TaskOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Finds the key information of texts.
@Command(name = "extract")
final class ExtractCommand implements Runnable {
  private final Streams streams;
  @Mixin private TaskModel model;
  @Mixin private TaskTexts texts;
  @Mixin ReportOptions report;

  @Option(names = "--domain", paramLabel = "medical|law|finance")
  private Optional<Domain> domain = Optional.empty();

  ExtractCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var rows = texts.rows(streams);
    try (var model = this.model.open()) {
      for (var row : rows) {
        String text = row.field("text");
        KeyInformation info =
            domain.isPresent()
                ? model.extractKeyInformation(text, domain.get(), TaskOptions.DEFAULT)
                : model.extractKeyInformation(text);
        streams.out().println(texts.json() ? toJson(info) : toText(info)).flush();
      }
    }
  }

  private static String toJson(KeyInformation info) {
    var fields = Json.object();
    info.fields()
        .forEach((name, spans) ->
            fields.put(
                name, new Json.ArrayValue(spans.stream().map(ExtractCommand::json).toList())));
    return Json.object().put("fields", fields.end()).end().write();
  }

  private static Json json(Span span) {
    return Json.object()
        .put("value", span.value())
        .put("start", offset(span.start()))
        .put("end", offset(span.end()))
        .put("negated", span.negated())
        .end();
  }

  /// Returns an offset, null where there is none.
  static Json offset(OptionalInt offset) {
    return offset.isPresent() ? Json.of(offset.getAsInt()) : new Json.NullValue();
  }

  private static String toText(KeyInformation info) {
    var lines = new StringBuilder();
    info.fields()
        .forEach((name, spans) -> {
          if (!spans.isEmpty()) lines.append("%-16s%s%n".formatted(name, values(spans)));
        });
    return lines.toString().stripTrailing();
  }

  private static String values(List<Span> spans) {
    return String.join(
        "; ", spans.stream().map(span -> (span.negated() ? "- " : "") + span.value()).toList());
  }
}
