package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;

import altiplano.corpus.steps.NgramModel;
import altiplano.corpus.steps.Outcome;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/// Trains a small language model for each language on the good part of the corpus, and removes the
/// documents that it finds most unlikely.
final class Perplexity {
  /// Languages with fewer documents have no model: nothing is removed there.
  private static final long ENOUGH_DOCUMENTS = 1_000;

  /// Characters of text that a model learns from at most.
  private static final long TRAINING_CHARACTERS = 30_000_000;

  private Perplexity() {}

  private record Judge(NgramModel model, double limit) implements java.io.Serializable {}

  static Named gather(Dataset<Row> documents, Step.Perplexity step) {
    var judges = new HashMap<String, Judge>();
    for (Row language : documents.groupBy("language").count().collectAsList()) {
      if (language.getLong(1) < ENOUGH_DOCUMENTS) continue;
      var texts =
          documents.where(col("language").equalTo(language.getString(0))).select("key", "text");
      judges.put(language.getString(0), judge(texts, step.remove()));
    }
    Broadcast<Map<String, Judge>> all =
        documents
            .sparkSession()
            .sparkContext()
            .broadcast(Map.copyOf(judges), scala.reflect.ClassTag$.MODULE$.apply(Map.class));
    return new Named(
        step.name(),
        () ->
            document -> {
              Judge judge = all.value().get(document.language());
              if (judge == null) return new Outcome.Kept(document);
              double bits = judge.model.bitsPerUnit(document.text());
              return bits > judge.limit
                  ? new Outcome.Removed(
                      "%.2f bits a unit, the limit is %.2f".formatted(bits, judge.limit))
                  : new Outcome.Kept(document);
            });
  }

  private static Judge judge(Dataset<Row> texts, double remove) {
    var model = new NgramModel();
    long seen = 0;
    // By key and not as it comes: the model must not depend on the partitions.
    var ordered =
        texts
            .orderBy(org.apache.spark.sql.functions.xxhash64(col("key")), col("key"))
            .toLocalIterator();
    while (ordered.hasNext() && seen < TRAINING_CHARACTERS) {
      String text = ordered.next().getString(1);
      if (model.learn(text)) seen += text.length();
    }
    var shared =
        texts
            .sparkSession()
            .sparkContext()
            .broadcast(model, scala.reflect.ClassTag$.MODULE$.apply(NgramModel.class));
    var scores =
        texts.map(
            (MapFunction<Row, Double>) row -> shared.value().bitsPerUnit(row.getString(1)),
            Encoders.DOUBLE());
    double[] limit =
        scores.toDF("bits").stat().approxQuantile("bits", new double[] {1 - remove}, 0);
    return new Judge(model, limit[0]);
  }
}
