package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;

import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.report.Report;
import altiplano.corpus.report.ReportPage;
import altiplano.corpus.steps.PersonalData;
import altiplano.corpus.steps.Step;
import altiplano.files.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/// `corpus clean`: the default recipe on any files, to one file of documents and one of rejects.
public final class CleanRun {
  private static final int REJECT_CHARACTERS = 2_000;
  private static final Set<String> FILES =
      Set.of("documents.jsonl", "rejects.jsonl", "report.json", "report.html");

  private CleanRun() {}

  /// What the user may choose.
  ///
  /// @param simplify traditional to simplified Chinese
  /// @param mask personal data
  public record Options(boolean simplify, boolean mask) {}

  /// Cleans files into a folder.
  ///
  /// @param inputs files, folders and globs
  public static Report run(
      SparkSession spark, List<String> inputs, Path output, Options options, Progress progress)
      throws IOException {
    var timings = new Timings(progress);
    var source = new Source("input", inputs, "", true, "text", 1, OptionalDouble.empty());
    List<Step> steps = Recipe.cleaning(options.simplify(), options.mask());
    try (OutputFolder folder = OutputFolder.open(output)) {
      var stages = new Stages(spark, folder.work(), timings);
      Dataset<Row> documents = stages.run(List.of(source), steps);
      timings.says("writing documents");
      Dataset<Row> others = stages.others();
      write(
          documents.select("key", "file", "row", "language", "text").orderBy("key"),
          folder.staging().resolve("documents.jsonl"),
          row ->
              Json.object()
                  .put("id", "%s:%d".formatted(row.getString(1), row.getLong(2)))
                  .put("source", row.getString(1))
                  .put("language", row.getString(3))
                  .put("text", row.getString(4))
                  .end());
      write(
          others
              .where(col("kind").isin(Columns.REMOVED, Columns.REJECTED))
              .select(
                  col("key"),
                  col("file"),
                  col("row"),
                  col("step"),
                  col("reason"),
                  col("text").substr(1, 2 * REJECT_CHARACTERS))
              .orderBy("key"),
          folder.staging().resolve("rejects.jsonl"),
          row -> reject(row, options.mask()));
      Report report =
          Reporting.report(
              "corpus clean",
              stages.account(),
              documents,
              others,
              List.of("input"),
              options.mask(),
              Map.of(),
              timings);
      Files.writeString(
          folder.staging().resolve("report.json"), report.toJson().writeIndented() + "\n");
      Files.writeString(folder.staging().resolve("report.html"), ReportPage.of(report.toJson()));
      folder.publish("report.json", FILES);
      return report;
    }
  }

  private static Json reject(Row row, boolean mask) {
    String step = row.getString(3);
    String text = mask ? PersonalData.mask(row.getString(5)) : row.getString(5);
    var reject =
        Json.object()
            .put("source", row.getString(1))
            .put("row", row.getLong(2))
            .put("reason", step.isEmpty() ? row.getString(4) : step)
            .put("text", cut(text));
    return (step.isEmpty() ? reject : reject.put("why", row.getString(4))).end();
  }

  private static String cut(String text) {
    if (text.length() <= REJECT_CHARACTERS) return text;
    boolean half = Character.isHighSurrogate(text.charAt(REJECT_CHARACTERS - 1));
    return text.substring(0, half ? REJECT_CHARACTERS - 1 : REJECT_CHARACTERS);
  }

  private interface ToJson {
    Json of(Row row);
  }

  private static void write(Dataset<Row> rows, Path file, ToJson json) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      Iterator<Row> ordered = rows.toLocalIterator();
      while (ordered.hasNext()) {
        out.write(json.of(ordered.next()).write());
        out.write('\n');
      }
    }
  }
}
