package altiplano.corpus.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import scala.jdk.javaapi.CollectionConverters;

/// The stages on Spark. Each ends as Parquet in the working folder: memory stays bounded, and
/// nothing is computed twice.
final class SparkStages extends Stages<Dataset<Row>> {
  private final SparkSession spark;
  private final Path work;

  /// @param work an empty folder that all executors share
  SparkStages(SparkSession spark, Path work, Progress progress) {
    super(progress);
    this.spark = spark;
    this.work = work;
  }

  @Override
  Dataset<Row> read(List<Source> sources, List<Named> steps) {
    return InputFiles.files(spark, sources)
        .mapPartitions(RowStage.overFiles(steps), Encoders.row(Columns.SCHEMA));
  }

  @Override
  Dataset<Row> apply(Dataset<Row> documents, List<Named> steps) {
    return documents.mapPartitions(RowStage.overDocuments(steps), Encoders.row(Columns.SCHEMA));
  }

  @Override
  Dataset<Row> keep(Dataset<Row> rows, int stage) {
    String folder = work.resolve("stage-" + stage).toUri().toString();
    rows.write().parquet(folder);
    return spark.read().schema(Columns.SCHEMA).parquet(folder);
  }

  @Override
  Dataset<Row> select(Dataset<Row> rows, boolean documents) {
    Column isDocument = col("kind").equalTo(Columns.DOCUMENT);
    return rows.where(documents ? isDocument : functions.not(isDocument));
  }

  @Override
  Dataset<Row> union(List<Dataset<Row>> parts) {
    return parts.stream().reduce(Dataset::union).orElseThrow();
  }

  @Override
  Dataset<Row> exactDuplicates(Dataset<Row> documents, List<Integer> shippable) {
    return ExactDuplicates.find(documents, shippable);
  }

  @Override
  Dataset<Row> nearDuplicates(Dataset<Row> documents, Step.NearDuplicates step) {
    return NearDuplicates.find(documents, step);
  }

  @Override
  Named gather(Dataset<Row> documents, Step.Gathering step) {
    return switch (step) {
      case Step.RepeatedLines lines -> RepeatedLines.gather(documents, lines);
      case Step.Contamination contamination -> Contamination.gather(spark, contamination);
      case Step.Perplexity perplexity -> Perplexity.gather(documents, perplexity);
    };
  }

  @Override
  Dataset<Row> remove(Dataset<Row> documents, Step step, Dataset<Row> removals) {
    var found = removals.select(col("key"), col("reason").as("why"), col("cluster").as("joined"));
    var gone = col("why").isNotNull().and(col("why").notEqual(""));
    var rows =
        documents
            .join(found, CollectionConverters.asScala(List.of("key")).toSeq(), "left_outer")
            .withColumn("kind", when(gone, lit(Columns.REMOVED)).otherwise(lit(Columns.DOCUMENT)))
            .withColumn("step", when(gone, lit(step.name())).otherwise(lit("")))
            .withColumn("reason", coalesce(col("why"), lit("")))
            .withColumn("cluster", coalesce(col("joined"), col("cluster")))
            .withColumn("changed", lit(0L));
    for (String mask : List.of("identity_card", "mobile", "bank_card", "email", "ip")) {
      rows = rows.withColumn(mask, lit(0));
    }
    var columns = List.of(Columns.SCHEMA.fieldNames()).stream().map(functions::col).toList();
    return rows.select(columns.toArray(new Column[0]));
  }

  @Override
  List<Row> counts(Dataset<Row> rows) {
    return rows.groupBy("kind", "step", "changed")
        .agg(
            count(lit(1)),
            sum("identity_card").cast("long"),
            sum("mobile").cast("long"),
            sum("bank_card").cast("long"),
            sum("email").cast("long"),
            sum("ip").cast("long"))
        .collectAsList();
  }
}
