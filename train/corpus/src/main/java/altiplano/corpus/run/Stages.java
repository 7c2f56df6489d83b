package altiplano.corpus.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import altiplano.corpus.Masked;
import altiplano.corpus.read.InputFile;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/// Takes documents through the steps of a recipe.
///
/// Neighbouring steps that look at one document at a time run as one stage, the reading with the
/// first of them. Each stage ends as Parquet in the working folder: memory stays bounded, and what
/// a stage removed remains there for the account.
public final class Stages {
  private static final StructType FILES =
      new StructType()
          .add("number", DataTypes.IntegerType, false)
          .add("path", DataTypes.StringType, false)
          .add("source", DataTypes.IntegerType, false)
          .add("field", DataTypes.StringType, false);

  private final SparkSession spark;
  private final Path work;
  private final Progress progress;
  private final List<Stage> done = new ArrayList<>();

  /// @param work an empty folder that all executors share
  public Stages(SparkSession spark, Path work, Progress progress) {
    this.spark = spark;
    this.work = work;
    this.progress = progress;
  }

  /// A stage that is done.
  private record Stage(List<String> steps, Dataset<Row> rows) {}

  /// Reads all sources and takes their documents through the steps.
  ///
  /// @return the documents that are left
  public Dataset<Row> run(List<Source> sources, List<Step> steps) {
    Dataset<Row> files = files(sources);
    var waiting = new ArrayList<Named>();
    boolean read = false;
    for (Step step : steps) {
      if (step instanceof Step.OneDocument one) {
        waiting.add(Named.of(one));
        continue;
      }
      if (!read || !waiting.isEmpty()) {
        finish(rowStage(read, files, waiting), waiting);
        waiting.clear();
        read = true;
      }
      progress.says(step.name() + ": comparing documents");
      switch (step) {
        case Step.OneDocument one ->
            throw new IllegalStateException("handled above: " + one.name());
        case Step.ExactDuplicates exact ->
            removeBy(exact, ExactDuplicates.find(documents(), shippable(sources)));
        case Step.NearDuplicates near -> removeBy(near, NearDuplicates.find(documents(), near));
        case Step.RepeatedLines lines -> waiting.add(RepeatedLines.gather(documents(), lines));
        case Step.Contamination contamination ->
            waiting.add(Contamination.gather(spark, contamination));
        case Step.Perplexity perplexity -> waiting.add(Perplexity.gather(documents(), perplexity));
      }
    }
    if (!read || !waiting.isEmpty()) finish(rowStage(read, files, waiting), waiting);
    return documents();
  }

  private Dataset<Row> rowStage(boolean read, Dataset<Row> files, List<Named> steps) {
    var named = List.copyOf(steps);
    progress.says(
        (read ? "" : "reading, ") + String.join(", ", named.stream().map(Named::name).toList()));
    return read
        ? documents().mapPartitions(RowStage.overDocuments(named), Encoders.row(Columns.SCHEMA))
        : files.mapPartitions(RowStage.overFiles(named), Encoders.row(Columns.SCHEMA));
  }

  private void finish(Dataset<Row> rows, List<Named> steps) {
    materialise(rows, steps.stream().map(Named::name).toList());
  }

  /// Writes a stage, so that nothing is computed twice.
  private void materialise(Dataset<Row> rows, List<String> steps) {
    String folder = work.resolve("stage-" + done.size()).toUri().toString();
    rows.write().parquet(folder);
    done.add(new Stage(steps, spark.read().schema(Columns.SCHEMA).parquet(folder)));
  }

  /// @param removals `(key, reason, cluster)`; an empty reason keeps the document and only says
  ///   which cluster it belongs to
  private void removeBy(Step step, Dataset<Row> removals) {
    var found = removals.select(col("key"), col("reason").as("why"), col("cluster").as("joined"));
    var gone = col("why").isNotNull().and(col("why").notEqual(""));
    var rows =
        documents()
            .join(found, CollectionConverters.asScala(List.of("key")).toSeq(), "left_outer")
            .withColumn("kind", when(gone, lit(Columns.REMOVED)).otherwise(lit(Columns.DOCUMENT)))
            .withColumn("step", when(gone, lit(step.name())).otherwise(lit("")))
            .withColumn("reason", coalesce(col("why"), lit("")))
            .withColumn("cluster", coalesce(col("joined"), col("cluster")))
            .withColumn("changed", lit(0L));
    for (String mask : List.of("identity_card", "mobile", "bank_card", "email", "ip")) {
      rows = rows.withColumn(mask, lit(0));
    }
    var names = List.of(Columns.SCHEMA.fieldNames());
    var columns = names.stream().map(org.apache.spark.sql.functions::col).toList();
    materialise(
        rows.select(columns.toArray(new org.apache.spark.sql.Column[0])), List.of(step.name()));
  }

  private Dataset<Row> documents() {
    return done.getLast().rows.where(col("kind").equalTo(Columns.DOCUMENT));
  }

  /// Returns the rows that are no documents any more: removed, rejected, samples.
  public Dataset<Row> others() {
    return done.stream()
        .map(stage -> stage.rows.where(col("kind").notEqual(Columns.DOCUMENT)))
        .reduce(Dataset::union)
        .orElseThrow();
  }

  /// Counts where everything went.
  public Account account() {
    var masked = Masked.NOTHING;
    Account.Builder builder = null;
    long documentsIn = 0;
    long rejected = 0;
    for (Stage stage : done) {
      Map<String, Long> removed = new HashMap<>();
      long[] changed = new long[stage.steps.size()];
      long left = 0;
      for (Row row : counts(stage)) {
        long rows = row.getLong(3);
        switch (row.getString(0)) {
          case Columns.DOCUMENT -> left += rows;
          case Columns.REMOVED -> removed.merge(row.getString(1), rows, Long::sum);
          case Columns.REJECTED -> rejected += rows;
          default -> {}
        }
        if (row.getString(0).equals(Columns.SAMPLE)) continue;
        for (int i = 0; i < changed.length; i++) {
          if ((row.getLong(2) >>> i & 1) != 0) changed[i] += rows;
        }
        masked =
            masked.plus(
                new Masked(
                    (int) row.getLong(4),
                    (int) row.getLong(5),
                    (int) row.getLong(6),
                    (int) row.getLong(7),
                    (int) row.getLong(8)));
      }
      if (builder == null) {
        documentsIn = left + removed.values().stream().mapToLong(Long::longValue).sum();
        builder = new Account.Builder(documentsIn);
      }
      for (int i = 0; i < changed.length; i++) {
        String step = stage.steps.get(i);
        builder.step(step, removed.getOrDefault(step, 0L), changed[i]);
      }
    }
    return new Account(
        documentsIn, rejected, builder == null ? List.of() : builder.steps(), masked);
  }

  private static List<Row> counts(Stage stage) {
    return stage
        .rows
        .groupBy("kind", "step", "changed")
        .agg(
            count(lit(1)),
            sum("identity_card").cast("long"),
            sum("mobile").cast("long"),
            sum("bank_card").cast("long"),
            sum("email").cast("long"),
            sum("ip").cast("long"))
        .collectAsList();
  }

  private Dataset<Row> files(List<Source> sources) {
    record Numbered(InputFile file, int source, String field) {}
    var all = new ArrayList<Numbered>();
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      for (String pattern : source.files()) {
        for (InputFile file : InputFile.expand(pattern)) {
          all.add(new Numbered(file, i, source.field()));
        }
      }
    }
    var rows = new ArrayList<Row>();
    for (int i = 0; i < all.size(); i++) {
      Numbered one = all.get(i);
      rows.add(RowFactory.create(i, one.file.path(), one.source, one.field));
    }
    // The largest first, each a task of its own: the last tasks are then short ones.
    rows.sort(Comparator.comparingLong((Row row) -> -all.get(row.getInt(0)).file.bytes()));
    int tasks = Math.max(1, Math.min(rows.size(), 10_000));
    return spark.createDataset(rows, Encoders.row(FILES)).repartitionByRange(tasks, col("number"));
  }

  private static List<Integer> shippable(List<Source> sources) {
    var numbers = new ArrayList<Integer>();
    for (int i = 0; i < sources.size(); i++) if (sources.get(i).shippable()) numbers.add(i);
    return numbers;
  }
}
