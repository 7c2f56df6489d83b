package altiplano.training.run;

import altiplano.files.HuggingFaceTokenizer;
import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.TiktokenVocabulary;
import altiplano.model.LlamaConfig;
import altiplano.tokenizer.Tokenizer;
import altiplano.training.data.DataFiles;
import altiplano.training.data.Rows;
import altiplano.training.model.Adapters;
import altiplano.training.model.Heads;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.model.ModelFolder;
import altiplano.training.model.Parameters;
import altiplano.training.objective.Objective;
import altiplano.training.recipe.ObjectiveRecipe;
import altiplano.training.recipe.Recipe;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Torch;
import altiplano.vocabulary.VocabularyTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes what a recipe names: vocabulary, data, model, objectives, and the loop over them.
///
/// Native memory and memory maps live as long as the process, which trains one model.
public final class Session {
  private final Recipe recipe;
  private final RunFolder folder;
  private final ProgressBar progress;
  private final Parameters parameters = new Parameters();

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
    var heads = new Heads(parameters, base.config().width(), base.heads());
    var maker = new ObjectiveMaker(recipe, folder, tokenizer, heads, progress);
    var objectives = new ArrayList<Objective>();
    for (ObjectiveRecipe o : recipe.objectives()) objectives.add(maker.make(o));
    recipe.adapter().ifPresent(adapter -> Adapters.add(parameters, adapter, recipe.seed()));
    var model =
        new LlamaTrainingModel(
            base.config(),
            parameters,
            recipe.precision(),
            recipe.dropout(),
            recipe.batches().recompute(),
            recipe.adapter());
    progress.say(
        "%,d parameters, %s, %d threads"
            .formatted(parameters.count(), recipe.precision(), recipe.threads()));
    var result = new ModelFolder(base.config(), base.vocabulary(), heads.all());
    var weights = recipe.objectives().stream().map(ObjectiveRecipe::weight).toList();
    var trainer =
        new Trainer(
            recipe,
            model,
            new Mixture(objectives, weights),
            folder,
            new Writer(result, model, recipe),
            new Samples(model, tokenizer, recipe.evaluation()),
            progress);
    trainer.restore();
    return trainer;
  }

  /// Writes merged models, and adapters alone.
  private record Writer(ModelFolder result, LlamaTrainingModel model, Recipe recipe)
      implements Trainer.ModelWriter {
    @Override
    public void write(Path path) {
      try (var _ = Scope.inference()) {
        result.write(path, model.merged());
      }
    }

    @Override
    public void writeAdapter(Path path) throws IOException {
      try (var _ = Scope.inference()) {
        Adapters.write(
            path,
            model.parameters(),
            recipe.adapter().orElseThrow(),
            recipe.base(),
            model.config().headSize());
      }
    }
  }

  private ModelFolder readBase() {
    Torch.seed(recipe.seed()); // of new heads
    return ModelFolder.read(ModelFolder.find(recipe.base().orElseThrow()), parameters);
  }

  private ModelFolder startAnew() throws IOException {
    Metadata vocabulary = vocabulary();
    int size = Tokenizer.from(vocabulary, folder.path()).size();
    LlamaConfig config = recipe.shape().config(size);
    Parameters.addInitial(parameters, config, recipe.seed());
    return new ModelFolder(config, vocabulary, List.of());
  }

  /// Reads the vocabulary that the recipe names, or learns one from the texts.
  private Metadata vocabulary() throws IOException {
    if (recipe.vocabulary().file().isPresent()) return read(recipe.vocabulary().file().get());
    Path learnt = folder.data().resolve("vocabulary");
    if (!Files.exists(learnt.resolve("tokenizer.json"))) {
      progress.say("learning a vocabulary of %,d tokens".formatted(recipe.vocabulary().size()));
      var trainer = new VocabularyTrainer(recipe.vocabulary().size());
      for (ObjectiveRecipe o : recipe.objectives()) {
        for (Path file : DataFiles.find(recipe.data(), o.files())) {
          DataFiles.read(file, row -> Rows.sentence(row).ifPresent(trainer::add));
        }
      }
      Files.createDirectories(learnt);
      HuggingFaceTokenizer.write(trainer.train(), learnt);
    }
    return HuggingFaceTokenizer.read(learnt);
  }

  private static Metadata read(Path file) {
    String name = String.valueOf(file.getFileName());
    if (name.endsWith(".model")) return TiktokenVocabulary.read(file);
    if (name.endsWith(".json") || Files.exists(file.resolve("tokenizer.json"))) {
      return HuggingFaceTokenizer.read(file);
    }
    try (var model = ModelFile.open(file)) {
      return model.metadata();
    }
  }
}
