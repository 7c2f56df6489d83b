package altiplano.cli;

import altiplano.tasks.Llama3Model;
import altiplano.tasks.ModelNames;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The model that does a task: the one that comes with the program unless another is named.
final class TaskModel {
  @Option(names = "--model", paramLabel = "MODEL", defaultValue = ModelNames.MINI)
  private String model;

  @Mixin private EngineOptions engine;

  /// Returns whether there is a model to open: one was named, or one comes with the program.
  boolean isGiven() {
    return !model.equals(ModelNames.MINI) || ModelNames.isBundled(model);
  }

  Llama3Model open() {
    return Llama3Model.load(model, engine.model());
  }
}
