package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.struct;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/// Finds documents of the same text.
///
/// All but one go. The one that stays comes from a source whose weights may be shipped, if there is
/// one, and is else the first; its text is that of the others.
final class ExactDuplicates {
  private ExactDuplicates() {}

  /// Finds what goes.
  ///
  /// @param shippable numbers of the sources whose weights may be shipped
  /// @return `(key, reason, cluster)` of what goes
  static Dataset<Row> find(Dataset<Row> documents, List<Integer> shippable) {
    var hashed =
        documents.select(
            sha2(col("text").cast("binary"), 256).as("hash"),
            struct(
                    col("source").isin(shippable.toArray()).cast("int").multiply(-1).as("rank"),
                    col("key"),
                    col("file"),
                    col("row"),
                    col("cluster"))
                .as("place"));
    var kept =
        hashed
            .groupBy("hash")
            .agg(min("place").as("kept"), count(lit(1)).as("copies"))
            .where(col("copies").gt(1));
    return hashed
        .join(kept, "hash")
        .where(col("place.key").notEqual(col("kept.key")))
        .select(
            col("place.key").as("key"),
            concat(lit("the same as "), col("kept.file"), lit(":"), col("kept.row")).as("reason"),
            col("kept.cluster").as("cluster"));
  }
}
