package altiplano.mini.evaluation;

import altiplano.files.Json;
import altiplano.mini.data.TaskSets;
import altiplano.tasks.Llama3Model;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./altiplano evaluate`: the figures of the model card.
@Command(
    name = "altiplano evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the bundled model on held-out texts, with 95%% intervals, beside baselines that are",
      "trained on the same texts. 在留出的文本上测量内置模型,附95%%置信区间和基线。"
    },
    footer = {
      "",
      "Example: ./altiplano evaluate --only reviews,medical",
      "         ./altiplano evaluate --json > card.json"
    })
public final class Main implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      defaultValue = "mini",
      description = "a GGUF file, a folder, or a name of the store (default: ${DEFAULT-VALUE})")
  private String model = "mini";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "../shared/data",
      description = "the collected sets (default: ${DEFAULT-VALUE})")
  private Path data = Path.of("");

  @Option(
      names = "--sets",
      paramLabel = "DIR",
      description = "task sets that models/mini/make has written (default: they are written anew)")
  private java.util.Optional<Path> sets = java.util.Optional.empty();

  @Option(names = "--only", paramLabel = "SET", split = ",", description = "these sets alone")
  private List<String> only = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "most texts of a set (default: ${DEFAULT-VALUE})")
  private int limit = 1000;

  @Option(names = "--json", description = "JSON on standard output")
  private boolean json;

  @Option(names = "--quiet", description = "no progress")
  private boolean quiet;

  @Option(names = "--verbose", description = "stack traces of failures")
  private boolean verbose;

  public static void main(String[] arguments) {
    // The first argument is the command's own name.
    var own =
        java.util.Arrays.copyOfRange(arguments, Math.min(1, arguments.length), arguments.length);
    var main = new Main();
    var line = new CommandLine(main);
    line.setOut(new java.io.PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler((wrong, given) -> {
      System.err.println(
          "altiplano: %s. Run 'altiplano evaluate --help' for its use."
              .formatted(wrong.getMessage()));
      return 2;
    });
    line.setExecutionExceptionHandler((failure, command, result) -> {
      if (main.verbose) failure.printStackTrace();
      System.err.println("altiplano: " + failure.getMessage());
      return 1;
    });
    System.exit(line.execute(own));
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.isDirectory(data)) {
      throw new IOException(
          data + ": no such folder. Name the folder of the collected sets by --data.");
    }
    Path parts = sets.isPresent() ? sets.get() : write();
    try (var loaded = Llama3Model.load(model)) {
      var measures = new Measures(loaded, parts, data, limit, this::say);
      var all = measures.all();
      for (String name : only) {
        if (!all.containsKey(name)) {
          throw new IOException(
              "--only %s: no such set. There are: %s."
                  .formatted(name, String.join(", ", all.keySet())));
        }
      }
      var results = new LinkedHashMap<String, Result>();
      all.forEach((name, measure) -> {
        if (only.isEmpty() || only.contains(name)) results.putAll(measure.get());
      });
      print(results);
    }
    return 0;
  }

  private Path write() throws IOException {
    say("writing the task sets");
    Path folder = Files.createTempDirectory("altiplano-sets");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    TaskSets.write(data, folder, 1, 12_000);
    return folder;
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      files
          .sorted(java.util.Comparator.reverseOrder())
          .map(Path::toFile)
          .forEach(file -> {
            if (!file.delete()) file.deleteOnExit();
          });
    } catch (IOException stays) {
      System.err.println("altiplano: " + folder + ": could not be deleted");
    }
  }

  private void print(Map<String, Result> results) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (json) {
      var object = Json.object();
      results.forEach((name, result) -> object.put(name, result.toJson()));
      out.println(object.end().write());
      return;
    }
    out.println("| set | measure | value | 95% | n | baselines |");
    out.println("|---|---|--:|--:|--:|---|");
    results.forEach((name, result) ->
        out.println(
            "| %s | %s | **%.3f** | %.3f–%.3f | %,d | %s |"
                .formatted(
                    name,
                    result.measure(),
                    result.value(),
                    result.interval().low(),
                    result.interval().high(),
                    result.n(),
                    result.baselines().entrySet().stream()
                        .map(entry -> "%s %.3f".formatted(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(", ")))));
  }

  private void say(String line) {
    if (!quiet) System.err.println("altiplano: " + line);
  }
}
