package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;

import altiplano.corpus.read.InputFile;
import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.report.Report;
import altiplano.corpus.report.ReportPage;
import altiplano.corpus.run.MemoryStages.TooLargeException;
import altiplano.corpus.steps.PersonalData;
import altiplano.corpus.steps.Step;
import altiplano.files.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/// `corpus clean`: the default recipe on any files, to one file of documents and one of rejects.
///
/// A few megabytes are cleaned in the memory of this process, more on Spark: the same functions,
/// the same result.
public final class CleanRun {
  private static final int REJECT_CHARACTERS = 2_000;
  private static final Set<String> FILES =
      Set.of("documents.jsonl", "rejects.jsonl", "report.json", "report.html");

  /// On the disk, compressed or not; what it is unpacked, [MemoryStages] bounds.
  private static final long SMALL_BYTES = 8 << 20;

  private CleanRun() {}

  /// What the user may choose.
  ///
  /// @param simplify traditional to simplified Chinese
  /// @param mask personal data
  public record Options(boolean simplify, boolean mask) {}

  /// Cleans files into a folder, on Spark.
  ///
  /// @param inputs files, folders and globs
  public static Report run(
      SparkSession spark, List<String> inputs, Path output, Options options, Progress progress)
      throws IOException {
    try (OutputFolder folder = OutputFolder.open(output)) {
      return onSpark(spark, inputs, folder, options, new Timings(progress));
    }
  }

  /// Cleans files into a folder; Spark starts only if they are large.
  public static Report run(
      Supplier<SparkSession> spark,
      List<String> inputs,
      Path output,
      Options options,
      Progress progress)
      throws IOException {
    try (OutputFolder folder = OutputFolder.open(output)) {
      if (isSmall(inputs)) {
        try {
          return inMemory(inputs, folder, options, new Timings(progress));
        } catch (TooLargeException unpacked) {
          progress.says("much text in small files: on Spark then");
        }
      }
      return onSpark(spark.get(), inputs, folder, options, new Timings(progress));
    }
  }

  private static boolean isSmall(List<String> inputs) {
    long bytes = 0;
    for (String input : inputs) {
      for (InputFile file : InputFile.expand(input)) bytes += file.bytes();
    }
    return bytes <= SMALL_BYTES;
  }

  private static Report inMemory(
      List<String> inputs, OutputFolder folder, Options options, Timings timings)
      throws IOException {
    var stages = new MemoryStages(timings);
    List<Row> documents = stages.run(List.of(source(inputs)), steps(options));
    List<Row> others = stages.others();
    timings.says("writing documents");
    var byKey = Comparator.comparingLong((Row row) -> Columns.Place.of(row).key());
    var gone = Set.of(Columns.REMOVED, Columns.REJECTED);
    return publish(
        documents.stream().sorted(byKey).iterator(),
        others.stream().filter(row -> gone.contains(Columns.kind(row))).sorted(byKey).iterator(),
        folder,
        options,
        stages.account(),
        Reporting.Figures.of(documents, others),
        timings);
  }

  static Report onSpark(
      SparkSession spark,
      List<String> inputs,
      OutputFolder folder,
      Options options,
      Timings timings)
      throws IOException {
    var stages = new SparkStages(spark, folder.work(), timings);
    Dataset<Row> documents = stages.run(List.of(source(inputs)), steps(options));
    Dataset<Row> others = stages.others();
    timings.says("writing documents");
    return publish(
        documents.orderBy("key").toLocalIterator(),
        others
            .where(col("kind").isin(Columns.REMOVED, Columns.REJECTED))
            .withColumn("text", col("text").substr(1, 2 * REJECT_CHARACTERS))
            .orderBy("key")
            .toLocalIterator(),
        folder,
        options,
        stages.account(),
        Reporting.Figures.of(documents, others),
        timings);
  }

  private static Source source(List<String> inputs) {
    return new Source("input", inputs, "", true, "text", 1, OptionalDouble.empty());
  }

  private static List<Step> steps(Options options) {
    return Recipe.cleaning(options.simplify, options.mask);
  }

  private static Report publish(
      Iterator<Row> documents,
      Iterator<Row> rejects,
      OutputFolder folder,
      Options options,
      Account account,
      Reporting.Figures figures,
      Timings timings)
      throws IOException {
    write(documents, folder.staging().resolve("documents.jsonl"), CleanRun::document);
    write(rejects, folder.staging().resolve("rejects.jsonl"), row -> reject(row, options.mask));
    Report report =
        Reporting.report(
            "corpus clean",
            account,
            figures,
            List.of("input"),
            options.mask,
            Map.of(),
            Map.of(),
            timings);
    Files.writeString(
        folder.staging().resolve("report.json"), report.toJson().writeIndented() + "\n");
    Files.writeString(folder.staging().resolve("report.html"), ReportPage.of(report.toJson()));
    folder.publish("report.json", FILES);
    return report;
  }

  private static Json document(Row row) {
    return Json.object()
        .put("id", Columns.position(row))
        .put("source", row.getString(3))
        .put("language", row.getString(6))
        .put("text", Columns.text(row))
        .end();
  }

  private static Json reject(Row row, boolean mask) {
    String step = row.getString(8);
    String start = Columns.start(Columns.text(row), 2 * REJECT_CHARACTERS);
    String text = mask ? PersonalData.mask(start) : start;
    var reject =
        Json.object()
            .put("source", row.getString(3))
            .put("row", row.getLong(4))
            .put("reason", step.isEmpty() ? row.getString(9) : step)
            .put("text", cut(text));
    return (step.isEmpty() ? reject : reject.put("why", row.getString(9))).end();
  }

  private static String cut(String text) {
    if (text.length() <= REJECT_CHARACTERS) return text;
    boolean half = Character.isHighSurrogate(text.charAt(REJECT_CHARACTERS - 1));
    return text.substring(0, half ? REJECT_CHARACTERS - 1 : REJECT_CHARACTERS);
  }

  private interface ToJson {
    Json of(Row row);
  }

  private static void write(Iterator<Row> rows, Path file, ToJson json) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      while (rows.hasNext()) {
        out.write(json.of(rows.next()).write());
        out.write('\n');
      }
    }
  }
}
