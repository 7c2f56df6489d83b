package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.Answer;
import altiplano.tasks.Llama3Model;
import altiplano.tasks.Span;
import java.nio.file.Path;
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
    if (question.isPresent()) {
      Optional<String> text = passage.map(Inputs::text);
      try (var model = this.model.open()) {
        String asked = question.get();
        print(
            text.map(given -> model.answerQuestion(asked, given))
                .orElseGet(() -> model.answerQuestion(asked)),
            json);
      }
      return;
    }
    var rows = Inputs.rows(input.orElseThrow(), streams);
    try (Llama3Model model = this.model.open()) {
      for (var row : rows) {
        print(model.answerQuestion(row.field("question"), row.field("passage")), true);
      }
    }
  }

  private void print(Answer answer, boolean asJson) {
    streams.out().println(asJson ? toJson(answer) : answer.text().orElse("—")).flush();
  }

  private static String toJson(Answer answer) {
    Json text = answer.text().map(Json::of).orElseGet(Json.NullValue::new);
    return Json.object()
        .put("answer", text)
        .put("start", offset(answer.span().map(Span::start)))
        .put("end", offset(answer.span().map(Span::end)))
        .put("confidence", answer.confidence())
        .end()
        .write();
  }

  private static Json offset(Optional<OptionalInt> offset) {
    return ExtractCommand.offset(offset.orElseGet(OptionalInt::empty));
  }
}
