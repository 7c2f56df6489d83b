package altiplano.training.objective;

import java.util.List;

/// What a model is trained to do: a source of batches, each with its loss.
///
/// All randomness comes from the seed and the position, so that a run goes on exactly where a
/// checkpoint was taken. Not thread-safe.
public sealed interface Objective permits NextToken, Rehearsal {
  /// Returns the name under which the loss is logged.
  String name();

  /// Takes the next batch.
  ///
  /// @param tokens at most so many rows, but at least one text
  Batch next(int tokens);

  /// Cuts packed text in the next batches into pieces of at most `length` tokens; objectives over
  /// rows take their texts whole.
  default void limit(int length) {}

  /// Returns how much of the data has been taken.
  long position();

  /// Goes back or on to a [#position].
  void seek(long position);

  /// Returns held-out batches of at most `tokens` rows each; empty without held-out data.
  ///
  /// @param limit rows in all
  List<Batch> validation(int tokens, int limit);
}
