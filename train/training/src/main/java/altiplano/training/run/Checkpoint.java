package altiplano.training.run;

import altiplano.files.Json;
import altiplano.training.torch.Tensor;
import altiplano.training.torch.TensorFile;
import altiplano.training.torch.TensorFileException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Everything a run needs to go on as if it had not stopped, the tensors aside.
///
/// @param step updates made
/// @param batches taken by the mixture
/// @param positions of the objectives' data, by name
/// @param tokens computed so far
/// @param meanLosses running means of the objectives, by which leaps are noticed
/// @param lossScale of float16
/// @param threads that operations used: another number gives other last bits
/// @param bestStep whose held-out loss was the lowest, 0 before the first
record Checkpoint(
    int step,
    long batches,
    Map<String, Long> positions,
    long tokens,
    Map<String, Double> meanLosses,
    double lossScale,
    int threads,
    int bestStep,
    double bestLoss) {
  private static final String JSON = "training.json";
  private static final String TENSORS = "training.safetensors";

  static Checkpoint start(int threads) {
    return new Checkpoint(0, 0, Map.of(), 0, Map.of(), 1 << 16, threads, 0, Double.MAX_VALUE);
  }

  /// Returns this state with the present step as the best.
  Checkpoint best(double loss) {
    return new Checkpoint(
        step, batches, positions, tokens, meanLosses, lossScale, threads, step, loss);
  }

  /// Writes the state into a folder.
  void write(Path folder, Map<String, Tensor> tensors) throws IOException {
    var places = Json.object();
    positions.forEach(places::put);
    var means = Json.object();
    meanLosses.forEach(means::put);
    var json =
        Json.object()
            .put("step", step)
            .put("batches", batches)
            .put("positions", places.end())
            .put("tokens", tokens)
            .put("mean_losses", means.end())
            .put("loss_scale", lossScale)
            .put("threads", threads)
            .put("best_step", bestStep)
            .put("best_loss", bestLoss)
            .end();
    TensorFile.write(folder.resolve(TENSORS), tensors);
    Files.writeString(folder.resolve(JSON), json.writeIndented() + "\n");
  }

  static Checkpoint read(Path folder) throws IOException {
    var json = (Json.ObjectValue) Json.parse(Files.readString(folder.resolve(JSON)));
    var positions = new LinkedHashMap<String, Long>();
    object(json, "positions")
        .forEach((name, value) -> positions.put(name, number(value).longValueExact()));
    var means = new LinkedHashMap<String, Double>();
    object(json, "mean_losses")
        .forEach((name, value) -> means.put(name, number(value).doubleValue()));
    return new Checkpoint(
        number(member(json, "step")).intValueExact(),
        number(member(json, "batches")).longValueExact(),
        positions,
        number(member(json, "tokens")).longValueExact(),
        means,
        number(member(json, "loss_scale")).doubleValue(),
        number(member(json, "threads")).intValueExact(),
        number(member(json, "best_step")).intValueExact(),
        number(member(json, "best_loss")).doubleValue());
  }

  /// Copies the tensors of a folder into those of the run.
  static void readTensors(Path folder, Map<String, Tensor> tensors) throws IOException {
    try {
      TensorFile.read(folder.resolve(TENSORS), tensors);
    } catch (TensorFileException damaged) {
      throw new CheckpointException(damaged.getMessage() + ". Resume from an earlier checkpoint.");
    }
  }

  private static Json member(Json.ObjectValue json, String key) {
    return Optional.ofNullable(json.members().get(key))
        .orElseThrow(() -> new CheckpointException("%s: '%s' is missing".formatted(JSON, key)));
  }

  private static Map<String, Json> object(Json.ObjectValue json, String key) {
    if (member(json, key) instanceof Json.ObjectValue(var members)) return members;
    throw new CheckpointException("%s: '%s' is no object".formatted(JSON, key));
  }

  private static BigDecimal number(Json value) {
    if (value instanceof Json.NumberValue(var number)) return number;
    throw new CheckpointException("%s: %s is no number".formatted(JSON, value.write()));
  }
}
