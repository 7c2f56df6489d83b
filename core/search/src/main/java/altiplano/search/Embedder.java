package altiplano.search;

import altiplano.tasks.Level;
import altiplano.tasks.Llama3Model;
import altiplano.tasks.TaskOptions;
import java.util.List;

/// Makes vectors of length 1 of texts, all of the same size.
@FunctionalInterface
public interface Embedder {
  /// Returns the vectors of texts that are not empty, in their order.
  List<float[]> vectors(List<String> texts);

  /// Returns the vectors that a model makes of sentences.
  static Embedder of(Llama3Model model) {
    return texts -> model.embed(texts, Level.SENTENCE, TaskOptions.DEFAULT);
  }
}
