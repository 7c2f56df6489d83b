package altiplano.tasks;

import altiplano.hub.ModelStore;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/// What a user may call a model: a GGUF file, a Hugging Face folder, a name in the store, or the
/// name of one that comes with the program.
///
/// The one place where that is decided, for the library and for all commands.
public final class ModelNames {
  /// The model that comes with the program.
  public static final String MINI = "mini";

  private ModelNames() {}

  /// Returns the file or folder of a model.
  ///
  /// A bundled model's name goes first, then what is there on disk, then the store; `./mini` is a
  /// file of that name.
  ///
  /// @throws NoSuchModelException if there is none
  public static Path resolve(String model) {
    return resolve(model, System.getenv());
  }

  /// As above.
  ///
  /// @param environment names the store
  public static Path resolve(String model, Map<String, String> environment) {
    return resolve(model, bundled(), environment);
  }

  /// Returns whether a model of this name comes with the program.
  public static boolean isBundled(String name) {
    return bundled().stream().anyMatch(model -> model.name().equals(name));
  }

  static Path resolve(String model, List<BundledModel> bundled, Map<String, String> environment) {
    for (BundledModel candidate : bundled) {
      if (candidate.name().equals(model)) {
        return BundledFile.of(candidate, ModelStore.home(environment));
      }
    }
    Optional<Path> path = path(model).filter(Files::exists);
    if (path.isPresent()) return path.get();
    var stored = ModelStore.of(environment).find(model);
    if (stored.isPresent()) return stored.get().file();
    throw model.equals(MINI)
        ? new NoSuchModelException(
            "mini: no model comes with this program. Add altiplano-mini to its class path, or name"
                + " another model.")
        : new NoSuchModelException(
            model
                + ": not found. Give a GGUF file, a Hugging Face folder, a name in the store or"
                + " mini.");
  }

  private static Optional<Path> path(String model) {
    try {
      return model.isEmpty() ? Optional.empty() : Optional.of(Path.of(model));
    } catch (InvalidPathException none) {
      return Optional.empty();
    }
  }

  private static List<BundledModel> bundled() {
    return ServiceLoader.load(BundledModel.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }
}
