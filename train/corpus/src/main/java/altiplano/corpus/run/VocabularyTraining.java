package altiplano.corpus.run;

import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.Recipe.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/// The vocabulary step of a run.
final class VocabularyTraining {
  private VocabularyTraining() {}

  static Path train(
      Recipe recipe, Vocabulary.Trained trained, Dataset<Row> documents, OutputFolder folder)
      throws IOException {
    throw new IllegalStateException("not wired");
  }
}
