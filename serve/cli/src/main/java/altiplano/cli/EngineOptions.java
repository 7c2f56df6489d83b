package altiplano.cli;

import altiplano.kernels.CacheType;
import altiplano.kernels.KernelOptions;
import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.model.ModelOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How a model is computed.
final class EngineOptions {
  @Option(names = "--threads", paramLabel = "N", defaultValue = "0")
  private int threads;

  @Option(names = "--engine", paramLabel = "scalar|vector|native", defaultValue = "auto")
  private Engine engine;

  @Option(names = "--activations", paramLabel = "float32|int8", defaultValue = "auto")
  private Activations activations;

  @Option(names = "--no-repack")
  private boolean asStored;

  @Option(names = "--cache", paramLabel = "float32|float16|int8")
  private Optional<CacheType> cache = Optional.empty();

  @Option(names = "--context", paramLabel = "N")
  private Optional<Integer> context = Optional.empty();

  @Option(names = "--adapter", paramLabel = "DIR")
  private Optional<Path> adapter = Optional.empty();

  KernelOptions kernels() {
    return new KernelOptions(engine, threads, activations, !asStored);
  }

  ModelOptions model() {
    return model(ModelOptions.DEFAULT.cache());
  }

  /// @param otherwise how keys and values are stored unless that was asked for
  ModelOptions model(CacheType otherwise) {
    var options = ModelOptions.DEFAULT.withCache(cache.orElse(otherwise)).withKernels(kernels());
    options = context.map(options::withContext).orElse(options);
    return adapter.map(options::withAdapter).orElse(options);
  }
}
