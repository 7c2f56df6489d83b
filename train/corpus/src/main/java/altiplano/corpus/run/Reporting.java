package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import altiplano.corpus.Masked;
import altiplano.corpus.report.Report;
import altiplano.corpus.steps.PersonalData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/// Gathers what the report shows.
final class Reporting {
  private static final int SAMPLE_CHARACTERS = 400;

  private Reporting() {}

  /// @param mask hides personal data in samples
  static Report report(
      String title,
      Account account,
      Dataset<Row> documents,
      Dataset<Row> others,
      List<String> sources,
      boolean mask,
      Map<String, String> tokens,
      Timings timings) {
    UnaryOperator<String> hide = mask ? PersonalData::mask : UnaryOperator.identity();
    Map<String, List<Report.Change>> changes = new HashMap<>();
    Map<String, List<Report.Removal>> removals = new HashMap<>();
    for (Row row : samples(others)) {
      String step = row.getString(1);
      String place = "%s:%d".formatted(row.getString(2), row.getLong(3));
      String text = hide.apply(row.getString(5));
      if (row.getString(0).equals(Columns.SAMPLE)) {
        changes
            .computeIfAbsent(step, s -> new ArrayList<>())
            .add(new Report.Change(place, hide.apply(row.getString(4)), text));
      } else {
        removals
            .computeIfAbsent(step, s -> new ArrayList<>())
            .add(new Report.Removal(place, row.getString(4), text));
      }
    }
    var steps = new ArrayList<Report.Step>();
    for (Account.StepCount step : account.steps()) {
      steps.add(
          new Report.Step(
              step.name(),
              step.in(),
              step.out(),
              step.changed(),
              changes.getOrDefault(step.name(), List.of()),
              removals.getOrDefault(step.name(), List.of())));
    }
    return new Report(
        title,
        account.documentsIn(),
        account.rejected(),
        account.documentsOut(),
        steps,
        masked(account.masked()),
        counts(documents.groupBy("language").count()),
        counts(
            documents
                .selectExpr("cast(cast(floor(log2(length(text))) as int) as string) as power")
                .groupBy("power")
                .count()),
        bySource(documents, sources),
        timings.finished(),
        tokens);
  }

  private static List<Row> samples(Dataset<Row> others) {
    var order = Window.partitionBy("kind", "step").orderBy(xxhash64(col("key")), col("key"));
    return others
        .where(col("kind").isin(Columns.SAMPLE, Columns.REMOVED))
        .withColumn("number", row_number().over(order))
        .where(col("number").leq(Samples.PER_STEP))
        .orderBy("kind", "step", "number")
        .select(
            col("kind"),
            col("step"),
            col("file"),
            col("row"),
            col("reason"),
            col("text").substr(1, SAMPLE_CHARACTERS))
        .collectAsList();
  }

  private static Map<String, Long> masked(Masked masked) {
    var counts = new LinkedHashMap<String, Long>();
    counts.put("identity_card", (long) masked.identityCard());
    counts.put("mobile", (long) masked.mobile());
    counts.put("bank_card", (long) masked.bankCard());
    counts.put("email", (long) masked.email());
    counts.put("ip", (long) masked.ip());
    return counts;
  }

  private static Map<String, Long> counts(Dataset<Row> grouped) {
    var counts = new TreeMap<String, Long>();
    for (Row row : grouped.collectAsList()) counts.put(row.getString(0), row.getLong(1));
    return counts;
  }

  private static List<Report.Source> bySource(Dataset<Row> documents, List<String> names) {
    var sources = new ArrayList<Report.Source>();
    Map<Integer, Row> found = new HashMap<>();
    for (Row row :
        documents
            .groupBy("source")
            .agg(org.apache.spark.sql.functions.count("key"), sum(length(col("text"))).cast("long"))
            .collectAsList()) {
      found.put(row.getInt(0), row);
    }
    for (int i = 0; i < names.size(); i++) {
      Row row = found.get(i);
      sources.add(
          new Report.Source(
              names.get(i), row == null ? 0 : row.getLong(1), row == null ? 0 : row.getLong(2)));
    }
    return sources;
  }
}
