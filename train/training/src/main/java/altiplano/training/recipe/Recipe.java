package altiplano.training.recipe;

import altiplano.model.LlamaConfig;
import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Normalization;
import altiplano.model.LlamaConfig.Positions;
import altiplano.training.model.Adapters.Adapter;
import altiplano.training.model.Precision;
import altiplano.training.objective.TokenLoss;
import altiplano.training.optimizer.Optimizer;
import altiplano.training.optimizer.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// All that a run depends on. docs/training.md lists every key.
///
/// @param data files and folders of texts or rows
/// @param threads that one operation may use
/// @param base the model to go on from, in place of a new one
/// @param average decay of the averaged weights; 0 keeps none
/// @param clip largest norm of the gradient; 0 does not clip
public record Recipe(
    int steps,
    long seed,
    Path output,
    List<Path> data,
    int threads,
    Device device,
    Precision precision,
    Optional<String> base,
    Shape shape,
    Vocabulary vocabulary,
    Batches batches,
    Optimizer.Options optimizer,
    Schedule schedule,
    double clip,
    double average,
    double dropout,
    TokenLoss loss,
    BrokenLoss brokenLoss,
    Evaluation evaluation,
    Checkpoints checkpoints,
    Optional<Adapter> adapter,
    List<ObjectiveRecipe> objectives) {

  /// Where tensors live.
  public enum Device {
    CPU,
    CUDA
  }

  /// The shape of a new model; the vocabulary's size comes with the vocabulary.
  public record Shape(LlamaConfig withoutVocabulary) {
    public LlamaConfig config(int vocabulary) {
      var c = withoutVocabulary;
      return new LlamaConfig(
          c.width(),
          c.layers(),
          c.heads(),
          c.keyValueHeads(),
          c.headSize(),
          c.feedForward(),
          vocabulary,
          c.contextLength(),
          c.normEpsilon(),
          c.positions(),
          c.normalization(),
          c.activation(),
          c.causal(),
          c.tiedEmbedding(),
          c.layersPerGroup());
    }
  }

  /// The vocabulary of a new model.
  ///
  /// @param file an existing one: `tokenizer.json`, `tokenizer.model` or a model
  /// @param size of one that is trained on the texts, special tokens included
  public record Vocabulary(Optional<Path> file, int size) {}

  /// How much a step takes.
  ///
  /// @param tokens of one update
  /// @param micro tokens of one forward and backward pass
  /// @param length most tokens of a text
  /// @param recompute whether blocks are computed again in the backward pass to save memory
  /// @param firstLength most tokens of a piece of a packed text in the first steps
  /// @param firstShare of all steps that are first ones
  public record Batches(
      int tokens, int micro, int length, boolean recompute, int firstLength, double firstShare) {
    /// Returns the most tokens of a piece of a packed text in a step, counted from 1.
    public int lengthAt(int step, int steps) {
      return step <= firstShare * steps ? firstLength : length;
    }
  }

  /// What happens when a loss is not finite or leaps.
  ///
  /// @param factor times the running mean counts as a leap
  public record BrokenLoss(Action action, double factor) {
    /// What to do then.
    public enum Action {
      /// Leave the update out, go on.
      SKIP,
      /// End the run with an error.
      STOP
    }
  }

  /// What is looked at while the run goes on.
  ///
  /// @param every so many steps; 0 never
  /// @param tokens of held-out data
  /// @param heldOut share of documents or rows that is held out
  /// @param prompts whose continuations are shown
  public record Evaluation(
      int every,
      int tokens,
      double heldOut,
      List<String> prompts,
      int sampleTokens,
      double temperature) {}

  /// When states are saved.
  ///
  /// @param every so many steps
  /// @param keep how many of the last are kept, the best aside
  public record Checkpoints(int every, int keep) {}

  /// Reads a recipe.
  ///
  /// @param sets `a.b=value` each, in place of what the file says
  /// @throws RecipeException if a key is unknown or a value wrong
  public static Recipe read(Path file, List<String> sets) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new RecipeException(file + ": no such file. Recipes to start from lie in runs/.");
    }
    return parse(Files.readString(file), file, sets);
  }

  static Recipe parse(String text, Path file, List<String> sets) {
    Yaml.Mapping yaml = Yaml.parse(text, file);
    for (String set : sets) {
      int equals = set.indexOf('=');
      if (equals < 1) throw new RecipeException("--set %s: write key=value".formatted(set));
      String key = set.substring(0, equals);
      yaml =
          yaml.with(
              List.of(key.split("\\.")),
              Yaml.parseValue(set.substring(equals + 1), file),
              "--set " + key);
    }
    var top = new Section(file, "", yaml);
    var recipe = read(top);
    top.finish();
    return recipe;
  }

  private static Recipe read(Section top) {
    int steps = top.integer("steps", 0, 1, 100_000_000);
    if (steps == 0) throw top.broken("steps is missing: how many updates the run shall make");
    var batch = top.section("batch");
    int micro = batch.integer("micro", 4096, 2, 1 << 24);
    var objectives = new ArrayList<ObjectiveRecipe>();
    top.section("objectives").sections().forEach((n, s) -> objectives.add(ObjectiveRecipe.read(s)));
    if (objectives.isEmpty()) throw top.broken("objectives is empty: name at least one");
    var evaluation = top.section("evaluate");
    var checkpoint = top.section("checkpoint");
    var vocabulary = top.section("vocabulary");
    var broken = top.section("broken_loss");
    var recipe =
        new Recipe(
            steps,
            top.integer("seed", 1, 0, Integer.MAX_VALUE),
            Path.of(top.text("output").orElseThrow(() -> top.broken("output is missing"))),
            top.texts("data").stream().map(Path::of).toList(),
            top.integer("threads", Runtime.getRuntime().availableProcessors(), 1, 1024),
            top.choice("device", Device.CPU),
            top.choice("precision", Precision.BFLOAT16),
            top.text("base"),
            shape(top.section("model")),
            new Vocabulary(
                vocabulary.text("file").map(Path::of),
                vocabulary.integer("size", 4096, 300, 1 << 20)),
            new Batches(
                batch.integer("tokens", micro, 2, 1 << 28),
                micro,
                batch.integer("length", 512, 2, 1 << 20),
                batch.flag("recompute", false),
                batch.integer("first_length", 512, 2, 1 << 20),
                batch.number("first_share", 0, 0, 1)),
            optimizer(top.section("optimizer")),
            schedule(top.section("schedule"), top.section("optimizer"), steps),
            top.section("optimizer").number("clip", 1, 0, 1e9),
            top.section("optimizer").number("average", 0, 0, 0.999999),
            top.number("dropout", 0, 0, 0.9),
            new TokenLoss(top.number("label_smoothing", 0, 0, 0.9), top.number("z_loss", 0, 0, 1)),
            new BrokenLoss(
                broken.choice("action", BrokenLoss.Action.SKIP),
                broken.number("factor", 3, 1.01, 1e9)),
            new Evaluation(
                evaluation.integer("every", 0, 0, 100_000_000),
                evaluation.integer("tokens", 20_000, 1, 1 << 30),
                evaluation.number("held_out", 0.02, 0, 0.5),
                evaluation.texts("prompts"),
                evaluation.integer("sample_tokens", 60, 1, 4096),
                evaluation.number("temperature", 0.8, 0, 10)),
            new Checkpoints(
                checkpoint.integer("every", 100, 1, 100_000_000),
                checkpoint.integer("keep", 2, 1, 10_000)),
            adapter(top),
            List.copyOf(objectives));
    if (recipe.precision == Precision.FLOAT16 && recipe.device == Device.CPU) {
      throw top.wrong("precision", "bfloat16 or float32 on a CPU");
    }
    return recipe;
  }

  private static Shape shape(Section model) {
    int width = model.integer("width", 256, 1, 1 << 16);
    int heads = model.integer("heads", Math.max(1, width / 64), 1, 1 << 10);
    boolean learned = model.choice("positions", Place.ROTARY) == Place.LEARNED;
    try {
      return new Shape(
          new LlamaConfig(
              width,
              model.integer("layers", 4, 1, 1 << 10),
              heads,
              model.integer("key_value_heads", heads, 1, 1 << 10),
              model.integer("head_size", Math.max(2, width / heads), 1, 1 << 10),
              model.integer("feed_forward", width * 8 / 3, 1, 1 << 20),
              1,
              model.integer("context", 1024, 2, 1 << 20),
              (float) model.number("norm_epsilon", 1e-5, 0, 0.1),
              learned
                  ? new Positions.Learned()
                  : new Positions.Rotary(
                      model.number("rotary_base", 500_000, 1, 1e12), Optional.empty()),
              model.choice("normalization", Normalization.RMS_NORM),
              model.choice("activation", Activation.SWIGLU),
              model.flag("causal", true),
              model.flag("tied_embedding", true),
              model.integer("layers_per_group", 1, 1, 1 << 10)));
    } catch (IllegalArgumentException impossible) {
      throw model.broken("model: " + impossible.getMessage());
    }
  }

  /// How a model knows places, as a recipe names it.
  private enum Place {
    ROTARY,
    LEARNED
  }

  private static Optimizer.Options optimizer(Section section) {
    boolean muon = section.choice("name", Name.ADAMW) == Name.MUON;
    return new Optimizer.Options(
        muon,
        section.number("beta1", 0.9, 0, 0.99999),
        section.number("beta2", 0.98, 0, 0.999999),
        section.number("decay", 0.1, 0, 10),
        section.number("epsilon", 1e-8, 0, 1),
        section.number("momentum", 0.95, 0, 0.99999));
  }

  private enum Name {
    ADAMW,
    MUON
  }

  private static Schedule schedule(Section section, Section optimizer, int steps) {
    return new Schedule(
        section.choice("shape", Schedule.Shape.WSD),
        optimizer.number("rate", 3e-3, 1e-9, 10),
        steps,
        section.integer("warmup", Math.min(steps, Math.max(1, steps / 50)), 0, steps),
        section.number("decay", 0.2, 0, 1),
        section.number("last", 0, 0, 1));
  }

  private static Optional<Adapter> adapter(Section top) {
    if (!top.has("adapter")) return Optional.empty();
    var section = top.section("adapter");
    var targets = section.texts("targets");
    int rank = section.integer("rank", 8, 1, 4096);
    return Optional.of(
        new Adapter(
            rank,
            section.number("alpha", 2.0 * rank, 0, 1e6),
            section.flag("magnitude", false),
            targets.isEmpty()
                ? List.of(
                    "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
                : targets));
  }
}
