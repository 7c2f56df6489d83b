package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.Answer;
import altiplano.tasks.Llama3Model;
import altiplano.tasks.Passage;
import altiplano.tasks.Passages;
import altiplano.tasks.Span;
import altiplano.tasks.TaskOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Answers questions from passages.
@Command(name = "ask")
final class AskCommand implements Runnable {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private TaskModel model;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "QUESTION", arity = "0..1")
  private Optional<String> question = Optional.empty();

  @Option(names = "--passage", paramLabel = "FILE")
  private Optional<Path> passage = Optional.empty();

  @Option(names = "--index", paramLabel = "INDEX")
  private Optional<Path> index = Optional.empty();

  @Option(names = "--html", paramLabel = "FILE")
  private Optional<Path> html = Optional.empty();

  @Option(names = "--input", paramLabel = "FILE")
  private Optional<String> input = Optional.empty();

  @Option(names = "--json")
  private boolean json;

  AskCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    if (question.isPresent() == input.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "give QUESTION, perhaps with --passage FILE, or --input FILE");
    }
    if (passage.isPresent() && index.isPresent()) {
      throw new ParameterException(spec.commandLine(), "give --passage or --index, not both");
    }
    if (html.isPresent() && passage.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--html goes with --passage");
    }
    if (question.isPresent()) answer(question.get());
    else answerAll(Inputs.rows(input.orElseThrow(), streams));
  }

  private void answer(String asked) {
    if (index.isPresent()) {
      print(fromIndex(asked, index.get()));
      return;
    }
    Optional<String> text = passage.map(Inputs::text);
    try (var model = this.model.open()) {
      var answer =
          text.map(given -> model.answerQuestion(asked, given))
              .orElseGet(() -> model.answerQuestion(asked));
      print(answer);
      html.ifPresent(file -> Marks.writePage(file, asked, List.of(section(answer, text))));
    }
  }

  private void answerAll(List<Inputs.Row> rows) {
    var progress = new Progress(report.messages(streams), rows.size());
    try (Llama3Model model = this.model.open()) {
      int done = 0;
      for (var row : rows) {
        var answer = model.answerQuestion(row.field("question"), row.field("passage"));
        streams.out().println(toJson(answer)).flush();
        progress.at(++done);
      }
    }
  }

  private Answer fromIndex(String asked, Path path) {
    return SearchCommand.with(
        path,
        model,
        (open, opened) -> {
          if (opened.isPresent()) return ask(opened.get(), asked, open);
          try (Llama3Model own = model.open()) {
            return ask(own, asked, open);
          }
        });
  }

  private static Answer ask(Llama3Model model, String asked, Passages passages) {
    return model.answerQuestion(asked, passages, TaskOptions.DEFAULT);
  }

  private static Marks.Section section(Answer answer, Optional<String> passage) {
    var marks =
        answer.span().filter(span -> span.start().isPresent()).stream()
            .map(span ->
                new Marks.Mark(span.start().orElseThrow(), span.end().orElseThrow(), "answer"))
            .toList();
    return new Marks.Section(
        answer.text().orElse("—"), new Marks(passage.orElse(""), marks), List.of());
  }

  private void print(Answer answer) {
    streams.out().println(json ? toJson(answer) : toText(answer)).flush();
  }

  static String toText(Answer answer) {
    var text = new StringBuilder(answer.text().orElse("—"));
    text.append(" (%.0f%%)".formatted(100 * answer.confidence()));
    answer.sources().stream()
        .limit(1)
        .forEach(source ->
            text.append(
                "%n  %s [%d, %d)".formatted(source.document(), source.start(), source.end())));
    return text.toString();
  }

  private static String toJson(Answer answer) {
    Json text = answer.text().map(Json::of).orElseGet(Json.NullValue::new);
    return Json.object()
        .put("answer", text)
        .put("start", offset(answer.span().map(Span::start)))
        .put("end", offset(answer.span().map(Span::end)))
        .put("confidence", answer.confidence())
        .put(
            "sources",
            new Json.ArrayValue(answer.sources().stream().map(AskCommand::json).toList()))
        .end()
        .write();
  }

  private static Json json(Passage source) {
    return Json.object()
        .put("document", source.document())
        .put("start", source.start())
        .put("end", source.end())
        .put("text", source.text())
        .end();
  }

  private static Json offset(Optional<OptionalInt> offset) {
    return ExtractCommand.offset(offset.orElseGet(OptionalInt::empty));
  }
}
