package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import altiplano.corpus.Document;
import altiplano.corpus.LongSet;
import altiplano.corpus.duplicates.LineHashes;
import altiplano.corpus.steps.Outcome;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import altiplano.corpus.steps.Units;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/// Counts lines in buckets of documents and removes those that many documents of a bucket have.
final class RepeatedLines {
  private RepeatedLines() {}

  static Named gather(Dataset<Row> documents, Step.RepeatedLines step) {
    long buckets = buckets(documents.count(), step);
    var repeated =
        documents
            .select("text")
            .flatMap(
                (FlatMapFunction<Row, Long>)
                    row -> hashes(row.getString(0), step, buckets).iterator(),
                Encoders.LONG())
            .toDF("hash")
            .groupBy("hash")
            .agg(count(lit(1)).as("documents"))
            .where(col("documents").gt(step.moreThan()))
            .select("hash")
            .as(Encoders.LONG())
            .collectAsList();
    var set = new LongSet(repeated.size());
    repeated.forEach(set::add);
    Broadcast<LongSet> lines =
        documents
            .sparkSession()
            .sparkContext()
            .broadcast(set, scala.reflect.ClassTag$.MODULE$.apply(LongSet.class));
    return new Named(step.name(), () -> document -> remove(document, lines.value(), step, buckets));
  }

  static long buckets(long documents, Step.RepeatedLines step) {
    return Math.max(1, Math.ceilDiv(documents, step.bucketDocuments()));
  }

  /// Returns a hash of each different line that counts, another one in each bucket.
  static Stream<Long> hashes(String text, Step.RepeatedLines step, long buckets) {
    long bucket = bucket(text, buckets);
    return Arrays.stream(LineHashes.of(lines(text), step.minimumUnits()))
        .filter(hash -> hash != 0)
        .distinct()
        .mapToObj(hash -> hash + bucket);
  }

  static Outcome remove(
      Document document, LongSet repeated, Step.RepeatedLines step, long buckets) {
    String text = document.text();
    if (repeated.size() == 0) return new Outcome.Kept(document);
    List<String> lines = lines(text);
    long[] hashes = LineHashes.of(lines, step.minimumUnits());
    long bucket = bucket(text, buckets);
    var out = new StringBuilder(text.length());
    int removed = 0;
    for (int i = 0; i < hashes.length; i++) {
      if (hashes[i] != 0 && repeated.contains(hashes[i] + bucket)) {
        removed++;
      } else {
        out.append(lines.get(i)).append('\n');
      }
    }
    if (removed == 0) return new Outcome.Kept(document);
    String left = out.toString().strip();
    return left.isEmpty()
        ? new Outcome.Removed("all of its lines are repeated")
        : new Outcome.Kept(document.withText(left));
  }

  private static List<String> lines(String text) {
    return Arrays.asList(text.split("\n", -1));
  }

  private static long bucket(String text, long buckets) {
    return Long.remainderUnsigned(Units.mix(text.hashCode()), buckets);
  }
}
