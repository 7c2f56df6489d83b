package altiplano.training.run;

import altiplano.files.Json;
import altiplano.training.recipe.Recipe;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The folder of one run: what it was asked, what it left.
///
/// ```
/// recipe.yaml  run.json         what was asked: the recipe, and what --set changed
/// data/                         vocabulary and shards that were prepared
/// metrics.jsonl  events/        one line a step; the same for TensorBoard
/// checkpoints/step-N/           a model folder, and the state of the run in it
/// model/  report.html           what came out
/// ```
///
/// @param path the recipe's `output`
public record RunFolder(Path path) {
  private static final String UNFINISHED = ".tmp";

  /// Makes the folder of a new run.
  ///
  /// @throws CheckpointException if it holds anything
  public static RunFolder create(Path recipe, List<String> sets, Path output) throws IOException {
    if (Files.exists(output)) {
      try (var entries = Files.list(output)) {
        if (entries.findAny().isPresent()) {
          throw new CheckpointException(
              "%s: holds another run. Go on with it by 'train resume %s', or choose another output."
                  .formatted(output, output));
        }
      }
    }
    Files.createDirectories(output);
    Files.copy(recipe, output.resolve("recipe.yaml"));
    var json =
        Json.object().put("sets", new Json.ArrayValue(sets.stream().map(Json::of).toList())).end();
    Files.writeString(output.resolve("run.json"), json.writeIndented() + "\n");
    return new RunFolder(output);
  }

  /// Opens the folder of a run that was begun.
  public static RunFolder open(Path path) {
    if (!Files.isRegularFile(path.resolve("recipe.yaml"))) {
      throw new CheckpointException(path + ": no run began here (recipe.yaml is missing).");
    }
    return new RunFolder(path);
  }

  /// Reads what the run was asked to do.
  ///
  /// @param further `--set` of a resume, such as more steps
  public Recipe recipe(List<String> further) throws IOException {
    var sets = new ArrayList<String>();
    if (Json.parse(Files.readString(path.resolve("run.json"))) instanceof Json.ObjectValue run
        && run.get("sets").orElse(null) instanceof Json.ArrayValue(var elements)) {
      for (Json set : elements) sets.add(((Json.TextValue) set).value());
    }
    sets.addAll(further);
    sets.add("output=" + path);
    return Recipe.read(path.resolve("recipe.yaml"), sets);
  }

  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  public Path data() {
    return path.resolve("data");
  }

  public Path model() {
    return path.resolve("model");
  }

  /// Returns where adapters lie, in PEFT's layout.
  public Path adapter() {
    return path.resolve("adapter");
  }

  public Path checkpoint(int step) {
    return path.resolve("checkpoints").resolve("step-" + step);
  }

  /// Returns the steps of all whole checkpoints, rising; what is unfinished is deleted.
  public List<Integer> checkpoints() throws IOException {
    Path folder = path.resolve("checkpoints");
    if (!Files.isDirectory(folder)) return List.of();
    var steps = new ArrayList<Integer>();
    try (var entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (name.endsWith(UNFINISHED)) delete(entry);
        else if (name.matches("step-\\d+")) steps.add(Integer.parseInt(name.substring(5)));
      }
    }
    steps.sort(Comparator.naturalOrder());
    return steps;
  }

  public Optional<Integer> lastCheckpoint() throws IOException {
    var steps = checkpoints();
    return steps.isEmpty() ? Optional.empty() : Optional.of(steps.getLast());
  }

  /// Fills a folder under its final name only when it is whole and on disk.
  public static void writeWhole(Path folder, FolderContent content) throws IOException {
    Path unfinished = folder.resolveSibling(folder.getFileName() + UNFINISHED);
    delete(unfinished);
    Files.createDirectories(unfinished.toAbsolutePath().getParent());
    try {
      content.write(unfinished);
      try (var files = Files.walk(unfinished)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) force(file);
      }
    } catch (IOException | RuntimeException failed) {
      delete(unfinished);
      throw failed;
    }
    Path old = folder.resolveSibling(folder.getFileName() + ".old" + UNFINISHED);
    delete(old);
    if (Files.exists(folder)) Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
    Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    delete(old);
  }

  /// Makes a folder and its files.
  @FunctionalInterface
  public interface FolderContent {
    void write(Path folder) throws IOException;
  }

  /// Writes a text whole or not at all.
  public static void writeWhole(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    Files.writeString(unfinished, text, StandardCharsets.UTF_8);
    force(unfinished);
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static void delete(Path path) throws IOException {
    if (!Files.exists(path)) return;
    try (var entries = Files.walk(path)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) Files.delete(entry);
    }
  }

  private static void force(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
