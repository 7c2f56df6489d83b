package altiplano.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;

/// All commands, in the order of help.
final class Commands {
  private static final Map<String, Function<Streams, Object>> BY_NAME = new LinkedHashMap<>();

  static {
    BY_NAME.put("run", RunCommand::new);
    BY_NAME.put("chat", ChatCommand::new);
    BY_NAME.put("generate", GenerateCommand::new);
    BY_NAME.put("sentiment", SentimentCommand::new);
    BY_NAME.put("extract", ExtractCommand::new);
    BY_NAME.put("ask", AskCommand::new);
    BY_NAME.put("classify", ClassifyCommand::new);
    BY_NAME.put("similar", SimilarCommand::new);
    BY_NAME.put("index", IndexCommand::new);
    BY_NAME.put("search", SearchCommand::new);
    BY_NAME.put("contract", ContractCommand::new);
    BY_NAME.put("demo", DemoCommand::new);
    BY_NAME.put("logits", LogitsCommand::new);
    BY_NAME.put("tokenize", TokenizeCommand::new);
    BY_NAME.put("embed", EmbedCommand::new);
    BY_NAME.put("perplexity", PerplexityCommand::new);
    BY_NAME.put("inspect", InspectCommand::new);
    BY_NAME.put("convert", ConvertCommand::new);
    BY_NAME.put("quantize", QuantizeCommand::new);
    BY_NAME.put("pull", PullCommand::new);
    BY_NAME.put("list", ListCommand::new);
    BY_NAME.put("remove", RemoveCommand::new);
    BY_NAME.put("bench", BenchCommand::new);
    BY_NAME.put("doctor", DoctorCommand::new);
    BY_NAME.put("completion", CompletionCommand::new);
    BY_NAME.put("warm-up", streams -> new WarmUpCommand());
  }

  private Commands() {}

  /// Adds the commands that `arguments` can need: reading the annotations of all of them would take
  /// most of the time to start.
  static void addTo(CommandLine root, Streams streams, String... arguments) {
    String first = arguments.length == 0 ? "" : arguments[0];
    if (first.equals("--version") || first.equals("-V")) return;
    boolean alone = BY_NAME.containsKey(first) && !first.equals("completion");
    BY_NAME.forEach((name, command) -> {
      if (!alone || name.equals(first)) root.addSubcommand(command.apply(streams));
    });
  }
}
