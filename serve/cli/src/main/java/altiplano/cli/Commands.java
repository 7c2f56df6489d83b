package altiplano.cli;

import java.util.List;

/// All commands, in the order of help.
final class Commands {
  private Commands() {}

  static List<Object> all(Streams streams) {
    return List.of(
        new RunCommand(streams),
        new ChatCommand(streams),
        new GenerateCommand(streams),
        new SentimentCommand(streams),
        new ExtractCommand(streams),
        new AskCommand(streams),
        new ClassifyCommand(streams),
        new SimilarCommand(streams),
        new ContractCommand(streams),
        new LogitsCommand(streams),
        new TokenizeCommand(streams),
        new EmbedCommand(streams),
        new PerplexityCommand(streams),
        new InspectCommand(streams),
        new ConvertCommand(streams),
        new QuantizeCommand(streams),
        new BenchCommand(streams),
        new DoctorCommand(streams),
        new CompletionCommand(streams),
        new WarmUpCommand());
  }
}
