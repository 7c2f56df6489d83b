package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.Domain;
import altiplano.tasks.KeyInformation;
import altiplano.tasks.Span;
import altiplano.tasks.TaskOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  @Option(names = "--code-points")
  private boolean codePoints;

  @Option(names = "--html", paramLabel = "FILE")
  private Optional<Path> html = Optional.empty();

  ExtractCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var rows = texts.rows(streams);
    var sections = new ArrayList<Marks.Section>();
    var progress = new Progress(report.messages(streams), rows.size());
    try (var model = this.model.open()) {
      int done = 0;
      for (var row : rows) {
        String text = row.field("text");
        KeyInformation info =
            domain.isPresent()
                ? model.extractKeyInformation(text, domain.get(), TaskOptions.DEFAULT)
                : model.extractKeyInformation(text);
        streams.out().println(texts.json() ? toJson(info, text) : toText(info, text)).flush();
        if (html.isPresent()) {
          sections.add(
              new Marks.Section(
                  row.source(), new Marks(text, marks(info)), toLines(info).lines().toList()));
        }
        progress.at(++done);
      }
    }
    html.ifPresent(file -> Marks.writePage(file, "altiplano extract", sections));
  }

  private static List<Marks.Mark> marks(KeyInformation info) {
    var marks = new ArrayList<Marks.Mark>();
    info.fields()
        .forEach((name, spans) -> {
          for (Span span : spans) {
            if (span.start().isEmpty()) continue;
            marks.add(
                new Marks.Mark(
                    span.start().getAsInt(),
                    span.end().orElseThrow(),
                    span.negated() ? name + " −" : name));
          }
        });
    return marks;
  }

  private String toJson(KeyInformation info, String text) {
    var fields = Json.object();
    info.fields()
        .forEach((name, spans) ->
            fields.put(
                name,
                new Json.ArrayValue(
                    spans.stream()
                        .map(span -> json(codePoints ? span.inCodePoints(text) : span))
                        .toList())));
    return Json.object()
        .put("fields", fields.end())
        .put("domain", info.domain().name().toLowerCase(Locale.ROOT))
        .end()
        .write();
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

  private String toText(KeyInformation info, String text) {
    String lines = toLines(info);
    return streams.colour() ? new Marks(text, marks(info)).onTerminal() + "\n" + lines : lines;
  }

  static String toLines(KeyInformation info) {
    var lines = new StringBuilder();
    info.fields()
        .forEach((name, spans) -> {
          if (!spans.isEmpty()) lines.append("%-16s%s%n".formatted(name, values(spans)));
        });
    return lines.toString().stripTrailing();
  }

  private static String values(List<Span> spans) {
    return String.join(
        "; ", spans.stream().map(span -> (span.negated() ? "− " : "") + span.value()).toList());
  }
}
