package altiplano.cli;

import altiplano.kernels.CacheType;
import altiplano.model.LlamaModel;
import altiplano.model.MemoryEstimate;
import altiplano.model.ModelOptions;
import altiplano.tasks.ModelNames;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// The model that a command is about, and how it is computed.
final class ModelArgument {
  @Parameters(paramLabel = "MODEL", index = "0")
  private String model;

  @Mixin private EngineOptions engine;

  /// Returns the model's file or folder.
  Path path() {
    return path(model);
  }

  /// Returns the file or folder of what a user calls MODEL.
  static Path path(String model) {
    return ModelNames.resolve(model, Environment.variables());
  }

  /// Opens the model, having said what memory it takes.
  LlamaModel open(Messages messages) {
    return open(messages, engine.model());
  }

  /// As [#open], for scores that are compared with others': keys and values are not rounded unless
  /// that is asked for.
  LlamaModel openExact(Messages messages) {
    return open(messages, engine.model(CacheType.FLOAT32));
  }

  private LlamaModel open(Messages messages, ModelOptions options) {
    messages.say(() -> {
      MemoryEstimate memory = LlamaModel.estimate(path(), options);
      return "%s: takes %s (%s of weights mapped, %s copied, %s for the pass) and %s a token."
          .formatted(
              path(),
              MemoryEstimate.text(memory.total(0)),
              MemoryEstimate.text(memory.sharedWeights()),
              MemoryEstimate.text(memory.copiedWeights()),
              MemoryEstimate.text(memory.scratch()),
              MemoryEstimate.text(memory.cachePerToken()));
    });
    return LlamaModel.open(path(), options);
  }

  /// Opens another model, computed as this one is.
  LlamaModel openBeside(String name) {
    return LlamaModel.open(path(name), engine.model());
  }
}
