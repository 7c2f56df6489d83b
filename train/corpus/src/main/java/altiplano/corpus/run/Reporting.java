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
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;

/// Gathers what the report shows.
final class Reporting {
  private static final int SAMPLE_CHARACTERS = 400;

  private Reporting() {}

  /// What is shown of the rows.
  ///
  /// @param samples `(kind, step, file, row, reason, text)`
  /// @param languages documents of each
  /// @param lengths documents by the logarithm of their characters to the base 2
  /// @param sources `(source, documents, characters)`
  record Figures(
      List<Row> samples,
      Map<String, Long> languages,
      Map<String, Long> lengths,
      List<Row> sources) {
    static Figures of(Dataset<Row> documents, Dataset<Row> others) {
      return new Figures(
          Reporting.samples(others),
          counts(documents.groupBy("language").count()),
          counts(
              documents
                  .selectExpr("cast(cast(floor(log2(length(text))) as int) as string) as power")
                  .groupBy("power")
                  .count()),
          documents
              .groupBy("source")
              .agg(
                  org.apache.spark.sql.functions.count("key"),
                  sum(length(col("text"))).cast("long"))
              .collectAsList());
    }

    static Figures of(List<Row> documents, List<Row> others) {
      var languages = new TreeMap<String, Long>();
      var lengths = new TreeMap<String, Long>();
      var sources = new TreeMap<Integer, long[]>();
      for (Row row : documents) {
        String text = Columns.text(row);
        // Spark counts code points.
        int characters = text.codePointCount(0, text.length());
        languages.merge(row.getString(6), 1L, Long::sum);
        int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(characters);
        lengths.merge(String.valueOf(power), 1L, Long::sum);
        long[] counts =
            sources.computeIfAbsent(Columns.Place.of(row).source(), source -> new long[2]);
        counts[0]++;
        counts[1] += characters;
      }
      var bySource = new ArrayList<Row>();
      sources.forEach(
          (source, counts) -> bySource.add(RowFactory.create(source, counts[0], counts[1])));
      return new Figures(Reporting.samples(others), languages, lengths, bySource);
    }
  }

  /// @param mask hides personal data in samples
  static Report report(
      String title,
      Account account,
      Figures figures,
      List<String> sources,
      boolean mask,
      Map<String, String> tokens,
      Map<String, Map<String, Long>> plots,
      Timings timings) {
    UnaryOperator<String> hide = mask ? PersonalData::mask : UnaryOperator.identity();
    Map<String, List<Report.Change>> changes = new HashMap<>();
    Map<String, List<Report.Removal>> removals = new HashMap<>();
    for (Row row : figures.samples) {
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
        figures.languages,
        figures.lengths,
        bySource(figures.sources, sources),
        timings.finished(),
        tokens,
        plots);
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

  private static List<Row> samples(List<Row> others) {
    Map<String, List<Row>> byStep = new TreeMap<>();
    for (Row row : others) {
      String kind = Columns.kind(row);
      if (kind.equals(Columns.REJECTED)) continue;
      byStep.computeIfAbsent(kind + " " + row.getString(8), s -> new ArrayList<>()).add(row);
    }
    var order =
        Comparator.comparingLong((Row row) -> Samples.hash(Columns.Place.of(row).key()))
            .thenComparingLong(row -> Columns.Place.of(row).key());
    var samples = new ArrayList<Row>();
    for (List<Row> rows : byStep.values()) {
      rows.stream()
          .sorted(order)
          .limit(Samples.PER_STEP)
          .map(row ->
              RowFactory.create(
                  Columns.kind(row),
                  row.getString(8),
                  row.getString(3),
                  row.getLong(4),
                  row.getString(9),
                  Columns.start(Columns.text(row), SAMPLE_CHARACTERS)))
          .forEach(samples::add);
    }
    return samples;
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

  private static List<Report.Source> bySource(List<Row> counts, List<String> names) {
    var sources = new ArrayList<Report.Source>();
    Map<Integer, Row> found = new HashMap<>();
    for (Row row : counts) found.put(row.getInt(0), row);
    for (int i = 0; i < names.size(); i++) {
      Row row = found.get(i);
      sources.add(
          new Report.Source(
              names.get(i), row == null ? 0 : row.getLong(1), row == null ? 0 : row.getLong(2)));
    }
    return sources;
  }
}
