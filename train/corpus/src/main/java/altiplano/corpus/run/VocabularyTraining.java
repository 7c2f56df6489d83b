package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.sum;

import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.Recipe.Split;
import altiplano.corpus.recipe.Recipe.Vocabulary;
import altiplano.corpus.steps.Units;
import altiplano.files.HuggingFaceTokenizer;
import altiplano.files.Metadata;
import altiplano.files.TiktokenVocabulary;
import altiplano.vocabulary.VocabularyTrainer;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/// The vocabulary of a run, from the documents that are trained on.
final class VocabularyTraining {
  private VocabularyTraining() {}

  /// Trains a vocabulary and writes it as `tokenizer.json` and `tokenizer.model`.
  ///
  /// Where there is more text than the sample may hold, hashes choose the documents.
  ///
  /// @return the path of `tokenizer.json`
  static Path train(Recipe recipe, Vocabulary.Trained wanted, Dataset<Row> documents, Path folder) {
    long seed = recipe.seed();
    Split split = recipe.split();
    // Three bytes a character: what Chinese takes, and more than enough for English.
    Row total = documents.agg(sum(length(col("text")))).head();
    double bytes = total.isNullAt(0) ? 1 : 3.0 * total.getLong(0);
    double fraction = wanted.sampleBytes() / bytes;
    FilterFunction<Row> chosen =
        row -> {
          long key = row.getLong(0);
          boolean train = ShardJob.split(row.getLong(1), seed, split) == 0;
          return train && (Units.mix(key ^ seed) >>> 11) * 0x1.0p-53 < fraction;
        };
    Iterator<Row> texts =
        documents.select("key", "cluster", "text").filter(chosen).toLocalIterator();
    var trainer = new VocabularyTrainer(wanted.size());
    while (texts.hasNext()) trainer.add(texts.next().getString(2));
    return write(trainer.train(), folder);
  }

  private static Path write(Metadata vocabulary, Path folder) {
    HuggingFaceTokenizer.write(vocabulary, folder);
    TiktokenVocabulary.write(vocabulary, folder.resolve("tokenizer.model"));
    return folder.resolve("tokenizer.json");
  }
}
