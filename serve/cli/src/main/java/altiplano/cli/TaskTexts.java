package altiplano.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The text that a task is about, or a file of many.
final class TaskTexts {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(paramLabel = "TEXT", arity = "0..1")
  private Optional<String> text = Optional.empty();

  @Option(names = "--input", paramLabel = "FILE")
  private Optional<String> input = Optional.empty();

  @Option(names = "--json")
  private boolean json;

  /// Returns whether answers are JSON: for many texts they always are.
  boolean json() {
    return json || input.isPresent();
  }

  List<Inputs.Row> rows(Streams streams) {
    if (text.isPresent() == input.isPresent()) {
      throw new ParameterException(spec.commandLine(), "give either TEXT or --input FILE");
    }
    if (input.isPresent()) return Inputs.rows(input.get(), streams);
    String given = text.orElseThrow();
    return given.equals("-")
        ? Inputs.documents("-", streams)
        : List.of(new Inputs.Row("TEXT", Map.of("text", given)));
  }
}
