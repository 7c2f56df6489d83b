package altiplano.tasks;

import altiplano.model.LlamaModel;
import altiplano.model.ModelOptions;

/// A model that comes with the program, found by [java.util.ServiceLoader].
public interface BundledModel {
  /// Returns the name under which commands know it, such as `mini`.
  String name();

  /// Opens the model, to be closed by the caller.
  LlamaModel open(ModelOptions options);
}
