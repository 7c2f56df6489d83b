package altiplano.training.run;

import altiplano.files.Json;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.model.Precision;
import altiplano.training.objective.Backward;
import altiplano.training.objective.Batch;
import altiplano.training.objective.Measure;
import altiplano.training.objective.Objective;
import altiplano.training.optimizer.Optimizer;
import altiplano.training.optimizer.WeightAverage;
import altiplano.training.recipe.Recipe;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import altiplano.training.torch.Torch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The loop: batches, gradients, update; and what is looked at and saved between.
///
/// A run is a function of its recipe: every random number comes from the seed and the step, so that
/// one that was killed and resumed writes the same losses, bit for bit, as one that was not.
public final class Trainer {
  private final Recipe recipe;
  private final LlamaTrainingModel model;
  private final Optimizer optimizer;
  private final Optional<WeightAverage> average;
  private final Mixture mixture;
  private final RunFolder folder;
  private final ModelWriter writer;
  private final HeldOut evaluation;
  private final Mesh mesh;
  private final ProgressBar progress;
  private final double peak;
  private final List<Tensor> leaves;
  private final List<Integer> kept = new ArrayList<>();
  private Checkpoint state;
  private volatile boolean stopped;

  public Trainer(
      Recipe recipe,
      LlamaTrainingModel model,
      Mixture mixture,
      RunFolder folder,
      ModelWriter writer,
      Sampler sampler,
      ProgressBar progress) {
    this.recipe = recipe;
    this.model = model;
    this.mixture = mixture;
    this.folder = folder;
    this.writer = writer;
    this.evaluation = new HeldOut(recipe, model, mixture.objectives(), sampler, progress);
    this.progress = progress;
    this.mesh = Mesh.single();
    Torch.threads(recipe.threads(), recipe.precision() == Precision.FLOAT32);
    this.optimizer = new Optimizer(recipe.optimizer(), model.parameters());
    this.average =
        recipe.average() > 0
            ? Optional.of(new WeightAverage(model.parameters(), recipe.average()))
            : Optional.empty();
    this.leaves = model.parameters().trained().stream().map(model.parameters()::get).toList();
    this.state = Checkpoint.start(recipe.threads());
    this.peak = MatrixPeak.measure(recipe.precision());
  }

  /// Writes the weights for use.
  public interface ModelWriter {
    /// Writes a model folder, adapters merged.
    void write(java.nio.file.Path folder) throws IOException;

    /// Writes the adapters alone, in PEFT's layout.
    void writeAdapter(java.nio.file.Path folder) throws IOException;
  }

  /// Writes continuations with the weights as they are.
  @FunctionalInterface
  public interface Sampler {
    /// Returns prompts and what the model makes of them.
    Map<String, String> samples(long seed);
  }

  /// Asks the loop to save a checkpoint after the running step and to return. From any thread.
  public void stop() {
    stopped = true;
  }

  /// Goes to the last checkpoint, if there is one.
  public void restore() throws IOException {
    kept.addAll(folder.checkpoints());
    if (kept.isEmpty()) return;
    int step = kept.getLast();
    state = Checkpoint.read(folder.checkpoint(step));
    Checkpoint.readTensors(folder.checkpoint(step), tensors());
    Torch.threads(state.threads(), recipe.precision() == Precision.FLOAT32);
    mixture.seek(state.batches());
    for (Objective objective : mixture.objectives()) {
      objective.seek(state.positions().getOrDefault(objective.name(), 0L));
    }
  }

  /// Runs to the last step, or until [#stop].
  ///
  /// @return whether the run is complete
  public boolean run() throws IOException {
    try (var metrics = Metrics.open(folder.metrics(), state.step());
        var events = new EventFile(folder.path().resolve("events"))) {
      long begun = System.nanoTime();
      int first = state.step();
      while (state.step() < recipe.steps()) {
        var line = step(begun, first);
        metrics.add(line.json());
        events.add(state.step(), line.scalars());
        boolean last = state.step() == recipe.steps();
        if (last || stopped || state.step() % recipe.checkpoints().every() == 0) save();
        if (stopped && !last) return false;
      }
    }
    withAverage(() -> RunFolder.writeWhole(folder.model(), writer::write));
    if (recipe.adapter().isPresent()) {
      withAverage(() -> RunFolder.writeWhole(folder.adapter(), writer::writeAdapter));
    }
    return true;
  }

  /// What one step did, as it is logged.
  private record Line(Json.ObjectValue json, Map<String, Double> scalars) {}

  private Line step(long begun, int first) throws IOException {
    long start = System.nanoTime();
    int step = state.step() + 1;
    double rate = recipe.schedule().at(step);
    var sums = new LinkedHashMap<String, Sums>();
    Optional<String> broken = gradients(step, sums);
    double norm = 0;
    if (broken.isEmpty()) {
      mesh.averageGradients(leaves);
      norm = clip();
      if (!Double.isFinite(norm)) broken = Optional.of("the gradient's norm is " + norm);
    }
    double loss = sums.values().stream().mapToDouble(s -> s.mean() * s.share).sum();
    if (broken.isEmpty()) broken = leap(step, sums);
    if (broken.isPresent()) handle(step, broken.get(), sums);
    else {
      optimizer.step(rate);
      average.ifPresent(a -> a.update(step));
    }
    model.parameters().clearGradients();
    long tokens = sums.values().stream().mapToLong(s -> s.tokens).sum();
    advance(step, tokens, sums, broken.isPresent());

    double seconds = (System.nanoTime() - start) / 1e9;
    double tokensPerSecond = tokens / seconds;
    double share = sums.values().stream().mapToDouble(s -> s.operations).sum() / seconds / peak;
    var json = Json.object().put("step", step);
    var scalars = new LinkedHashMap<String, Double>();
    if (broken.isPresent()) json.put("skipped", broken.get());
    else {
      json.put("loss", loss);
      scalars.put("loss", loss);
    }
    var losses = Json.object();
    var measures = Json.object();
    var rewards =
        new LinkedHashMap<String, Double>(); // at the top, as the command's contract has it
    sums.forEach((name, s) -> {
      if (!Double.isFinite(s.mean())) return;
      losses.put(name, s.mean());
      scalars.put("loss/" + name, s.mean());
      var own = Json.object();
      s.measures.forEach((measure, sum) -> {
        own.put(measure, sum.value());
        scalars.put("measures/" + name + "/" + measure, sum.value());
        if (measure.startsWith("reward_")) rewards.put(measure, sum.value());
      });
      if (!s.measures.isEmpty()) measures.put(name, own.end());
    });
    json.put("losses", losses.end());
    rewards.forEach(json::put);
    var measured = measures.end();
    if (!measured.members().isEmpty()) json.put("measures", measured);
    json.put("tokens", state.tokens());
    json.put("tokens_per_second", tokensPerSecond);
    json.put("share_of_peak", share);
    json.put("learning_rate", rate);
    if (Double.isFinite(norm)) json.put("gradient_norm", norm);
    scalars.put("tokens_per_second", tokensPerSecond);
    scalars.put("learning_rate", rate);
    scalars.put("gradient_norm", norm);
    int every = recipe.evaluation().every();
    if (every > 0 && (step % every == 0 || step == recipe.steps())) {
      withAverage(() -> {
        var heldOut = evaluation.write(json, scalars);
        if (heldOut.isPresent() && heldOut.getAsDouble() < state.bestLoss()) {
          state = state.best(heldOut.getAsDouble());
        }
      });
    }
    double perStep = (System.nanoTime() - begun) / 1e9 / (step - first);
    var left = Duration.ofMillis((long) (1000 * perStep * (recipe.steps() - step)));
    progress.show(step, loss, tokensPerSecond, share, left);
    return new Line(json.end(), scalars);
  }

  /// What the batches of one objective came to in a step.
  private static final class Sums {
    private double loss;
    private double units;
    private long tokens;
    private double operations;
    private double share;
    private final Map<String, Measure> measures = new LinkedHashMap<>();
    private final List<Batch> batches = new ArrayList<>();

    double mean() {
      return loss / Math.max(1, units);
    }
  }

  /// Collects the gradient of a step: the mean loss of each objective, by its share of the batches.
  ///
  /// @return what is wrong with a loss, if anything is
  private Optional<String> gradients(int step, Map<String, Sums> sums) {
    long taken = 0;
    int count = 0;
    int length = recipe.batches().lengthAt(step, recipe.steps());
    mixture.objectives().forEach(objective -> objective.limit(length));
    while (taken < recipe.batches().tokens()) {
      Objective objective = mixture.next();
      Batch batch = objective.next(recipe.batches().micro());
      var s = sums.computeIfAbsent(objective.name(), name -> new Sums());
      s.batches.add(batch);
      s.units += batch.units();
      taken += batch.tokens();
      count++;
    }
    long number = 0;
    for (var s : sums.values()) {
      s.share = (double) s.batches.size() / count;
      for (Batch batch : s.batches) {
        double scale = s.share / Math.max(1, s.units) * lossScale();
        try (var _ = Scope.training()) {
          model.newGraph(recipe.seed() * 1_000_003 + step * 1009L + number++);
          var outcome = batch.run(model, Backward.through(model, scale));
          s.loss += outcome.loss();
          outcome.measures().forEach((name, m) -> s.measures.merge(name, m, Measure::plus));
          if (!Double.isFinite(outcome.loss())) {
            return Optional.of("%s: the loss is %s".formatted(batch.describe(), outcome.loss()));
          }
        }
        s.tokens += batch.tokens();
        s.operations += model.operations(batch.tokens(), length);
      }
    }
    return Optional.empty();
  }

  private double clip() {
    try (var _ = Scope.inference()) {
      var reached = leaves.stream().filter(leaf -> leaf.gradient().isPresent()).toList();
      if (lossScale() != 1) {
        for (Tensor leaf : reached) leaf.gradient().orElseThrow().timesInPlace(1 / lossScale());
      }
      return Ops.clipGradients(reached, recipe.clip() > 0 ? recipe.clip() : Double.MAX_VALUE);
    }
  }

  private double lossScale() {
    return recipe.precision() == Precision.FLOAT16 ? state.lossScale() : 1;
  }

  /// Says which objective's loss is far above its running mean, if one is.
  private Optional<String> leap(int step, Map<String, Sums> sums) {
    if (step <= recipe.schedule().warmup()) return Optional.empty();
    for (var entry : sums.entrySet()) {
      double mean = state.meanLosses().getOrDefault(entry.getKey(), Double.MAX_VALUE);
      double loss = entry.getValue().mean();
      if (loss > recipe.brokenLoss().factor() * mean + 1) {
        return Optional.of(
            "the loss of %s leapt from %.3f to %.3f".formatted(entry.getKey(), mean, loss));
      }
    }
    return Optional.empty();
  }

  private void handle(int step, String problem, Map<String, Sums> sums) {
    String batches =
        String.join(
            "; ",
            sums.values().stream().flatMap(s -> s.batches.stream()).map(Batch::describe).toList());
    String message = "step %d: %s (batches: %s)".formatted(step, problem, batches);
    switch (recipe.brokenLoss().action()) {
      case SKIP -> progress.say(message + ". Skipped.");
      case STOP ->
          throw new BrokenLossException(
              message + ". Lower optimizer.rate, or set broken_loss.action to skip.");
    }
  }

  /// A loss that is not finite or leapt, where the recipe says to stop.
  public static final class BrokenLossException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenLossException(String message) {
      super(message);
    }
  }

  private void advance(int step, long tokens, Map<String, Sums> sums, boolean broken) {
    var positions = new LinkedHashMap<String, Long>();
    for (Objective objective : mixture.objectives()) {
      positions.put(objective.name(), objective.position());
    }
    var means = new LinkedHashMap<>(state.meanLosses());
    if (!broken) {
      sums.forEach((name, s) -> means.merge(name, s.mean(), (m, x) -> 0.98 * m + 0.02 * x));
    }
    double scale =
        broken
            ? state.lossScale() / 2
            : step % 2000 == 0 ? 2 * state.lossScale() : state.lossScale();
    state =
        new Checkpoint(
            step,
            mixture.position(),
            positions,
            state.tokens() + tokens,
            means,
            scale,
            state.threads(),
            state.bestStep(),
            state.bestLoss());
  }

  private interface Action {
    void run() throws IOException;
  }

  /// Does something with the averaged weights in place of the last ones.
  private void withAverage(Action action) throws IOException {
    average.ifPresent(WeightAverage::swap);
    try {
      action.run();
    } finally {
      average.ifPresent(WeightAverage::swap);
    }
  }

  private void save() throws IOException {
    var path = folder.checkpoint(state.step());
    RunFolder.writeWhole(
        path,
        unfinished -> {
          withAverage(() -> writer.write(unfinished));
          state.write(unfinished, tensors());
        });
    kept.add(state.step());
    var surplus = kept.subList(0, Math.max(0, kept.size() - recipe.checkpoints().keep()));
    for (int step : surplus) {
      if (step != state.bestStep()) RunFolder.delete(folder.checkpoint(step));
    }
    surplus.removeIf(step -> step != state.bestStep());
  }

  /// All tensors of the state by name.
  private Map<String, Tensor> tensors() {
    var tensors = new LinkedHashMap<String, Tensor>();
    model.parameters().all().forEach((name, tensor) -> tensors.put("weight." + name, tensor));
    optimizer.state().forEach((name, tensor) -> tensors.put("optimizer." + name, tensor));
    average.ifPresent(
        a -> a.tensors().forEach((name, tensor) -> tensors.put("average." + name, tensor)));
    return tensors;
  }
}
