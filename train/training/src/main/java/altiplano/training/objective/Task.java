package altiplano.training.objective;

import java.util.List;

/// How a batch is made of rows, and what its loss is.
///
/// @param <T> a row, made ready
public sealed interface Task<T>
    permits MaskedToken,
        Instruct,
        Classification,
        TokenLabels,
        Reading,
        Contrastive,
        Preference,
        Distillation {
  /// Returns the rows of the model that an item takes.
  int tokens(T item);

  /// Returns the most items of a batch, whatever their length.
  default int mostItems() {
    return Integer.MAX_VALUE;
  }

  /// Makes a batch.
  ///
  /// @param seed of what is random in it
  Batch batch(List<T> items, long seed, String describe);
}
