package altiplano.training.run;

import altiplano.files.HuggingFaceTokenizer;
import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.TiktokenVocabulary;
import altiplano.model.Head;
import altiplano.model.LlamaConfig;
import altiplano.shards.ShardLoader;
import altiplano.shards.Shards;
import altiplano.tokenizer.Tokenizer;
import altiplano.training.data.DataFiles;
import altiplano.training.data.TextShards;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.model.ModelFolder;
import altiplano.training.model.Parameters;
import altiplano.training.objective.NextToken;
import altiplano.training.objective.Objective;
import altiplano.training.recipe.ObjectiveRecipe;
import altiplano.training.recipe.Recipe;
import altiplano.training.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes what a recipe names: vocabulary, data, model, objectives, and the loop over them.
///
/// Native memory and memory maps live as long as the process, which trains one model.
public final class Session {
  private final Recipe recipe;
  private final RunFolder folder;
  private final ProgressBar progress;
  private final Parameters parameters = new Parameters();
  private final List<Head> heads = new ArrayList<>();

  public Session(Recipe recipe, RunFolder folder, ProgressBar progress) {
    this.recipe = recipe;
    this.folder = folder;
    this.progress = progress;
  }

  /// Prepares data and model, and returns the loop at its last checkpoint or at the start.
  public Trainer open() throws IOException {
    if (recipe.device() == Recipe.Device.CUDA) Torch.useCuda();
    ModelFolder base = recipe.base().isPresent() ? readBase() : startAnew();
    var tokenizer = Tokenizer.from(base.vocabulary(), folder.path());
    var objectives = new ArrayList<Objective>();
    for (ObjectiveRecipe o : recipe.objectives()) objectives.add(objective(o, tokenizer));
    var model =
        new LlamaTrainingModel(
            base.config(),
            parameters,
            recipe.precision(),
            recipe.dropout(),
            recipe.batches().recompute());
    progress.say(
        "%,d parameters, %s, %d threads"
            .formatted(parameters.count(), recipe.precision(), recipe.threads()));
    var result = new ModelFolder(base.config(), base.vocabulary(), heads);
    var weights = recipe.objectives().stream().map(ObjectiveRecipe::weight).toList();
    var trainer =
        new Trainer(
            recipe,
            model,
            new Mixture(objectives, weights),
            folder,
            path -> result.write(path, parameters.all()),
            new Samples(model, tokenizer, recipe.evaluation()),
            progress);
    trainer.restore();
    return trainer;
  }

  private ModelFolder readBase() {
    var base = ModelFolder.read(Path.of(recipe.base().orElseThrow()), parameters);
    heads.addAll(base.heads());
    return base;
  }

  private ModelFolder startAnew() throws IOException {
    Metadata vocabulary = vocabulary();
    int size = Tokenizer.from(vocabulary, folder.path()).size();
    LlamaConfig config = recipe.shape().config(size);
    Parameters.addInitial(parameters, config, recipe.seed());
    return new ModelFolder(config, vocabulary, List.of());
  }

  private Metadata vocabulary() {
    Path file =
        recipe
            .vocabulary()
            .file()
            .orElseThrow(() ->
                new altiplano.training.recipe.RecipeException(
                    "vocabulary.file is missing: a tokenizer.json, tokenizer.model or model"));
    String name = String.valueOf(file.getFileName());
    if (name.endsWith(".model")) return TiktokenVocabulary.read(file);
    if (name.endsWith(".json") || Files.exists(file.resolve("tokenizer.json"))) {
      return HuggingFaceTokenizer.read(file);
    }
    try (var model = ModelFile.open(file)) {
      return model.metadata();
    }
  }

  private Objective objective(ObjectiveRecipe o, Tokenizer tokenizer) throws IOException {
    return switch (o.kind()) {
      case ObjectiveRecipe.Kind.NextToken(var shards) ->
          new NextToken(
              o.name(),
              loader(o, shards, tokenizer),
              heldOut(o, shards),
              recipe.loss(),
              TokenBytes.of(tokenizer));
      default -> throw new IllegalStateException("not yet");
    };
  }

  private ShardLoader loader(ObjectiveRecipe o, Optional<String> given, Tokenizer tokenizer)
      throws IOException {
    Path shards = shards(o, given);
    if (given.isEmpty()) {
      progress.say(o.name() + ": packing texts");
      TextShards.write(
          shards,
          DataFiles.find(recipe.data(), o.files()),
          tokenizer,
          recipe.batches().length(),
          recipe.evaluation().heldOut(),
          recipe.seed());
    }
    return new ShardLoader(Shards.open(shards, "train"), recipe.seed(), 0, 1);
  }

  private Optional<Shards> heldOut(ObjectiveRecipe o, Optional<String> given) throws IOException {
    Path shards = shards(o, given);
    boolean any =
        altiplano.shards.Manifest.read(shards).shards().stream()
            .anyMatch(shard -> shard.split().equals("validation"));
    return any ? Optional.of(Shards.open(shards, "validation")) : Optional.empty();
  }

  private Path shards(ObjectiveRecipe o, Optional<String> given) {
    return given.map(Path::of).orElseGet(() -> folder.data().resolve(o.name()));
  }
}
