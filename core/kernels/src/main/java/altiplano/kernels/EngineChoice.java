package altiplano.kernels;

/// Picks the engine. The vector engine's classes must not be touched where the Vector API is
/// missing, so this is decided before any of them is loaded.
final class EngineChoice {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String REMEDY = "start java with --add-modules " + MODULE;

  private EngineChoice() {}

  static Kernels open(KernelOptions options) {
    boolean vectors = ModuleLayer.boot().findModule(MODULE).isPresent();
    return switch (options.engine()) {
      case SCALAR -> new Scalar(options, "the scalar engine was asked for");
      case VECTOR -> {
        if (!vectors) {
          throw new IllegalArgumentException(
              "the vector engine needs the module %s: %s".formatted(MODULE, REMEDY));
        }
        yield new Vector(options);
      }
      case NATIVE ->
          throw new IllegalArgumentException(
              "this version has no native engine: choose vector or scalar");
      case AUTO -> vectors ? new Vector(options) : fallBack(options);
    };
  }

  private static Kernels fallBack(KernelOptions options) {
    var reason = "the module %s is missing; %s for the vector engine".formatted(MODULE, REMEDY);
    System.getLogger("altiplano.kernels")
        .log(System.Logger.Level.WARNING, "Computing with the slow scalar engine: " + reason);
    return new Scalar(options, reason);
  }
}
