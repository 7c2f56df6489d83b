package altiplano.cli;

import altiplano.model.LlamaModel;
import altiplano.tasks.Llama3Model;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The model that does a task: the one that comes with the program unless another is named.
final class TaskModel {
  private static final String BUNDLED = "mini";

  @Option(names = "--model", paramLabel = "MODEL", defaultValue = BUNDLED)
  private String model;

  @Mixin private EngineOptions engine;

  Llama3Model open() {
    if (!model.equals(BUNDLED)) {
      return Llama3Model.of(LlamaModel.open(ModelArgument.path(model), engine.model()));
    }
    return Llama3Model.bundled(engine.model())
        .orElseThrow(() ->
            new CommandException("mini: not part of this build. Name a model by --model FILE."));
  }
}
