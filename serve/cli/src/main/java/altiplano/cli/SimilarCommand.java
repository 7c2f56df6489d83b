package altiplano.cli;

import altiplano.files.Json;
import altiplano.tasks.Llama3Model;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Says how alike two texts are.
@Command(name = "similar")
final class SimilarCommand implements Runnable {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private TaskModel model;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "TEXT", arity = "0..2")
  private List<String> texts = List.of();

  @Option(names = "--input", paramLabel = "FILE")
  private Optional<String> input = Optional.empty();

  @Option(names = "--json")
  private boolean json;

  SimilarCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    if (texts.size() != (input.isPresent() ? 0 : 2)) {
      throw new ParameterException(spec.commandLine(), "give two TEXTs, or --input FILE");
    }
    if (input.isEmpty()) {
      try (var model = this.model.open()) {
        print(model, texts.getFirst(), texts.getLast(), json);
      }
      return;
    }
    var rows = Inputs.rows(input.get(), streams);
    try (var model = this.model.open()) {
      for (var row : rows) print(model, row.field("a"), row.field("b"), true);
    }
  }

  private void print(Llama3Model model, String a, String b, boolean asJson) {
    double similarity = model.similarity(a, b);
    String line =
        asJson
            ? Json.object().put("similarity", similarity).end().write()
            : String.format(Locale.ROOT, "%.3f", similarity);
    streams.out().println(line).flush();
  }
}
