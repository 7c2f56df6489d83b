package altiplano.tasks;

import java.util.List;

/// A collection that can be searched.
public interface Passages {
  /// Returns the passages that fit a question best, best first.
  ///
  /// @param limit at most as many
  List<Passage> search(String question, int limit);
}
