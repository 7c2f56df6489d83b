package altiplano.corpus.run;

import altiplano.corpus.Document;
import altiplano.corpus.read.InputFile;
import altiplano.corpus.read.InputRow;
import altiplano.corpus.read.RowReader;
import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.steps.Outcome;
import altiplano.corpus.steps.RowPipeline;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.RowStep;
import altiplano.corpus.steps.Step;
import altiplano.corpus.steps.Units;
import altiplano.files.Json;
import altiplano.shards.Sequence;
import altiplano.shards.ShardLoader;
import altiplano.shards.Shards;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/// Measures the pipeline: each step alone, Spark beside a plain loop, growing inputs, the loader.
///
/// Megabytes are 10^6 bytes of UTF-8 text that goes in.
public final class Benchmark {
  /// Files that an input is written to: a file is a task.
  private static final int FILES = 8;

  private final SparkSession spark;
  private final int threads;
  private final Path work;
  private final Consumer<String> out;

  /// @param threads those of the session
  /// @param work an empty folder
  /// @param out gets the lines of the tables, in Markdown
  public Benchmark(SparkSession spark, int threads, Path work, Consumer<String> out) {
    this.spark = spark;
    this.threads = threads;
    this.work = work;
    this.out = out;
  }

  /// Measures one input at several sizes.
  ///
  /// @param inputs files, folders and globs of rows with a field `text`
  /// @param shares of the rows, ascending; hashes choose them, so that a smaller input is part of a
  ///   larger one
  public void run(List<String> inputs, List<Double> shares) throws IOException {
    var sizes = new ArrayList<Size>();
    for (double share : shares) sizes.add(write(inputs, share));
    steps(sizes.getFirst());
    besidePlainLoop(sizes.getFirst());
    growing(sizes);
  }

  /// An input of some size.
  private record Size(double share, Path folder, long rows, long bytes) {
    double megabytes() {
      return bytes / 1e6;
    }
  }

  private Size write(List<String> inputs, double share) throws IOException {
    Path folder = Files.createDirectories(work.resolve("share-" + share));
    var files = new ArrayList<BufferedWriter>();
    for (int i = 0; i < FILES; i++) {
      files.add(Files.newBufferedWriter(folder.resolve("part-%d.jsonl".formatted(i))));
    }
    long rows = 0;
    long bytes = 0;
    for (String input : inputs) {
      for (InputFile file : InputFile.expand(input)) {
        try (var reader = new RowReader(file.path(), "text")) {
          while (reader.hasNext()) {
            if (!(reader.next() instanceof InputRow.Accepted(Document document, _))) continue;
            long hash = Vocabularies.textHash(document.text());
            if ((Units.mix(hash) >>> 11) * 0x1.0p-53 >= share) continue;
            BufferedWriter to = files.get((int) (rows % FILES));
            to.write(Json.object().put("text", document.text()).end().write());
            to.write('\n');
            rows++;
            bytes += document.text().getBytes(StandardCharsets.UTF_8).length;
          }
        }
      }
    }
    for (BufferedWriter file : files) file.close();
    return new Size(share, folder, rows, bytes);
  }

  private static List<Document> read(Size size) throws IOException {
    var documents = new ArrayList<Document>();
    for (InputFile file : InputFile.expand(size.folder.toString())) {
      try (var reader = new RowReader(file.path(), "text")) {
        while (reader.hasNext()) {
          if (reader.next() instanceof InputRow.Accepted(Document document, _)) {
            documents.add(document);
          }
        }
      }
    }
    return documents;
  }

  private static List<Step.OneDocument> rowSteps() {
    return Recipe.cleaning(true, true).stream()
        .filter(Step.OneDocument.class::isInstance)
        .map(Step.OneDocument.class::cast)
        .toList();
  }

  /// One thread, each step timed on the texts that the steps before left.
  private void steps(Size size) throws IOException {
    List<Document> all = read(size);
    List<Step.OneDocument> steps = rowSteps();
    long[] nanos = new long[steps.size()];
    long[] bytes = new long[steps.size()];
    for (int round = 0; round < 2; round++) { // the first one warms up
      List<Document> documents = all;
      for (int i = 0; i < steps.size(); i++) {
        bytes[i] = documents.stream().mapToLong(Benchmark::bytes).sum();
        RowStep step = steps.get(i).start();
        var left = new ArrayList<Document>();
        long began = System.nanoTime();
        for (Document document : documents) {
          if (step.apply(document) instanceof Outcome.Kept(Document next)) left.add(next);
        }
        nanos[i] = System.nanoTime() - began;
        documents = left;
      }
    }
    out.accept("%n| step, one thread, %.1f MB | MB/s |%n|---|--:|".formatted(size.megabytes()));
    for (int i = 0; i < nanos.length; i++) {
      out.accept("| `%s` | %.0f |".formatted(steps.get(i).name(), bytes[i] * 1e3 / nanos[i]));
    }
  }

  private static long bytes(Document document) {
    return document.text().getBytes(StandardCharsets.UTF_8).length;
  }

  /// The same steps on the same texts in memory: a loop on one thread, and Spark.
  private void besidePlainLoop(Size size) throws IOException {
    List<Named> steps = rowSteps().stream().map(Named::of).toList();
    List<Document> documents = read(size);
    double plain = best(() -> plainLoop(documents, steps));
    var source =
        new Source(
            "x", List.of(size.folder.toString()), "", true, "text", 1, OptionalDouble.empty());
    Dataset<Row> rows =
        InputFiles.files(spark, List.of(source))
            .mapPartitions(RowStage.overFiles(List.of()), Encoders.row(Columns.SCHEMA))
            .persist(StorageLevel.MEMORY_ONLY());
    rows.count();
    double onSpark =
        best(() ->
            rows.mapPartitions(RowStage.overDocuments(steps), Encoders.row(Columns.SCHEMA))
                .write()
                .format("noop")
                .mode("overwrite")
                .save());
    rows.unpersist();
    double loop = size.megabytes() / plain;
    double core = size.megabytes() / onSpark / threads;
    out.accept("\n| all row-wise steps, texts in memory | MB/s a core |\n|---|--:|");
    out.accept("| plain loop, one thread | %.2f |".formatted(loop));
    out.accept("| Spark, %d threads | %.2f |".formatted(threads, core));
    out.accept("| Spark by loop | %.2f |".formatted(core / loop));
  }

  private static void plainLoop(List<Document> documents, List<Named> steps) {
    var pipeline = new RowPipeline(steps);
    long left = 0;
    for (Document document : documents) {
      if (pipeline.apply(document, (step, before, after) -> {}).removal().isEmpty()) left++;
    }
    if (left == 0) throw new IllegalStateException("all texts were removed: nothing was measured");
  }

  /// Returns the seconds of the better of two runs after one that warms up.
  private static double best(Runnable work) {
    work.run();
    double best = Double.MAX_VALUE;
    for (int i = 0; i < 2; i++) {
      long began = System.nanoTime();
      work.run();
      best = Math.min(best, (System.nanoTime() - began) / 1e9);
    }
    return best;
  }

  /// The recipe of `corpus clean` and the shards, from files to files.
  private void growing(List<Size> sizes) throws IOException {
    Map<String, List<Double>> byStage = new LinkedHashMap<>();
    var seconds = new ArrayList<Double>();
    var heap = new ArrayList<Long>();
    // Once for the compiler: the first of the measured ones is not to pay for it.
    clean(sizes.getFirst(), message -> {});
    for (Size size : sizes) {
      var peak = new HeapPeak();
      long began = System.nanoTime();
      Timings timings = clean(size, peak);
      seconds.add((System.nanoTime() - began) / 1e9);
      heap.add(peak.most);
      for (var timing : timings.finished()) {
        String name =
            timing.what().startsWith("reading") ? "reading and row-wise steps" : timing.what();
        byStage.computeIfAbsent(name, n -> new ArrayList<>()).add(timing.seconds());
      }
    }
    var head = new StringBuilder("\n| Spark, %d threads |".formatted(threads));
    var rule = new StringBuilder("|---|");
    for (Size size : sizes) {
      head.append(" %.1f MB |".formatted(size.megabytes()));
      rule.append("--:|");
    }
    out.accept(head.toString());
    out.accept(rule.toString());
    byStage.forEach((name, times) -> row(name + ", s", times, "%.1f"));
    row("all, s", seconds, "%.1f");
    var rates = new ArrayList<Double>();
    for (int i = 0; i < sizes.size(); i++) {
      rates.add(sizes.get(i).megabytes() / seconds.get(i) / threads);
    }
    row("MB/s a core", rates, "%.2f");
    row(
        "most heap at the beginning of a stage, MB",
        heap.stream().map(b -> b / 1e6).toList(),
        "%.0f");
  }

  private Timings clean(Size size, Progress progress) throws IOException {
    var timings = new Timings(progress);
    Path output = work.resolve("out");
    try (OutputFolder folder = OutputFolder.open(output)) {
      CleanRun.onSpark(
          spark,
          List.of(size.folder.toString()),
          folder,
          new CleanRun.Options(true, true),
          timings);
    }
    return timings;
  }

  /// The most heap that is in use, after a collection, when a stage begins.
  private static final class HeapPeak implements Progress {
    private long most;

    @Override
    public void says(String message) {
      System.gc();
      var runtime = Runtime.getRuntime();
      most = Math.max(most, runtime.totalMemory() - runtime.freeMemory());
    }
  }

  private void row(String name, List<Double> values, String format) {
    var line = new StringBuilder("| " + name + " |");
    for (double value : values) line.append(" " + format.formatted(value) + " |");
    out.accept(line.toString());
  }

  /// Measures how fast the loader hands out sequences in shuffled order: two epochs, the first of
  /// which brings the files into memory.
  ///
  /// @return MB of token ids, as they lie in the files, a second
  public static double loader(Path folder) throws IOException {
    try (Shards shards = Shards.open(folder, "train")) {
      var loader = new ShardLoader(shards, 1, 0, 1);
      int tokenBytes = shards.manifest().vocabulary().size() > 1 << 16 ? 4 : 2;
      long check = 0;
      double rate = 0;
      for (int epoch = 0; epoch < 2; epoch++) {
        long began = System.nanoTime();
        for (long i = 0; i < shards.sequences(); i++) {
          Sequence sequence = loader.at(epoch * shards.sequences() + i);
          check += sequence.tokens()[0] + sequence.pieces().size();
        }
        double bytes = (double) shards.sequences() * shards.sequenceLength() * tokenBytes;
        rate = bytes * 1e3 / (System.nanoTime() - began);
      }
      if (check == 0) throw new IllegalStateException(folder + ": empty sequences");
      return rate;
    }
  }
}
