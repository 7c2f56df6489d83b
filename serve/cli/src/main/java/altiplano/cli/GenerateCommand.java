package altiplano.cli;

import altiplano.generation.GenerationOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes on from a prompt with the model for tasks.
@Command(name = "generate")
final class GenerateCommand implements Runnable {
  private final Streams streams;
  @Mixin private TaskModel model;
  @Mixin private SamplingOptions sampling;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "PROMPT", index = "0")
  private String prompt;

  @Option(names = "--clause")
  private boolean clause;

  GenerateCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    try (var model = this.model.open()) {
      var options = sampling.over(GenerationOptions.of(model.model()), model.model().tokenizer());
      if (clause) {
        streams.out().print(model.generateClause(prompt, options).text());
      } else {
        try (var pieces = model.streamText(prompt, options)) {
          pieces.forEach(piece -> streams.out().print(piece).flush());
        }
      }
      if (streams.terminal()) streams.out().println("");
    }
  }
}
