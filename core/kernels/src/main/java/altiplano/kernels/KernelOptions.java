package altiplano.kernels;

/// How an engine is chosen and runs.
///
/// @param engine which one
/// @param threads compute threads, the caller's included; 0 takes one per processor
/// @param activations how inputs of quantised matrices are rounded
/// @param repack whether weights may be copied into a faster layout at load
public record KernelOptions(Engine engine, int threads, Activations activations, boolean repack) {
  /// The best engine, all processors, the engine's own choice of activations.
  public static final KernelOptions DEFAULT =
      new KernelOptions(Engine.AUTO, 0, Activations.AUTO, true);

  public KernelOptions {
    if (threads < 0)
      throw new IllegalArgumentException(
          "threads must be 0 (one per processor) or more, was " + threads);
  }

  /// Which engine.
  public enum Engine {
    AUTO,
    SCALAR,
    VECTOR,
    NATIVE
  }

  /// How inputs of quantised matrices are rounded.
  public enum Activations {
    /// The engine's choice: what is fastest within the tolerances of docs/kernels.md.
    AUTO,
    /// Not at all.
    FLOAT32,
    /// To 8 bits, one scale a block.
    INT8
  }
}
