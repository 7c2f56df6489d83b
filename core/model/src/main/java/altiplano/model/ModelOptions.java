package altiplano.model;

import altiplano.kernels.CacheType;
import altiplano.kernels.KernelOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// How a model is opened.
///
/// @param context most positions of a sequence, for which memory must be there at opening; empty
///   takes the model's own, and memory is asked for as it is used
/// @param cache how keys and values are stored
/// @param kernels engine, threads and precision
/// @param memoryBytes the most memory to take; empty takes the machine's (or its container's)
/// @param adapter folder of a LoRA or DoRA adapter in PEFT's layout, applied while the model runs
public record ModelOptions(
    OptionalInt context,
    CacheType cache,
    KernelOptions kernels,
    OptionalLong memoryBytes,
    Optional<Path> adapter) {
  /// The model's own context, a float16 cache, the best engine, the machine's memory.
  public static final ModelOptions DEFAULT =
      new ModelOptions(
          OptionalInt.empty(),
          CacheType.FLOAT16,
          KernelOptions.DEFAULT,
          OptionalLong.empty(),
          Optional.empty());

  public ModelOptions {
    if (context.isPresent() && context.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "a context is at least 1 token, not " + context.getAsInt());
    }
  }

  public ModelOptions withContext(int context) {
    return new ModelOptions(OptionalInt.of(context), cache, kernels, memoryBytes, adapter);
  }

  public ModelOptions withCache(CacheType cache) {
    return new ModelOptions(context, cache, kernels, memoryBytes, adapter);
  }

  public ModelOptions withKernels(KernelOptions kernels) {
    return new ModelOptions(context, cache, kernels, memoryBytes, adapter);
  }

  public ModelOptions withMemoryBytes(long memoryBytes) {
    return new ModelOptions(context, cache, kernels, OptionalLong.of(memoryBytes), adapter);
  }

  public ModelOptions withAdapter(Path adapter) {
    return new ModelOptions(context, cache, kernels, memoryBytes, Optional.of(adapter));
  }
}
