package altiplano.corpus.cli;

import altiplano.corpus.run.Spark;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/// What all commands that run on Spark share.
final class SparkOptions {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of this machine; default: all processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--master",
      paramLabel = "URL",
      description = "A Spark cluster instead of this machine, such as spark://host:7077.")
  private String master = "";

  @Option(names = "--quiet", description = "No progress on standard error.")
  private boolean quiet;

  private final long began = System.nanoTime();

  SparkSession start() {
    progress("starting Spark");
    return Spark.start(master.isEmpty() ? "local[%d]".formatted(threads) : master);
  }

  void progress(String message) {
    if (quiet) return;
    System.err.printf("%6.1f s  %s%n", (System.nanoTime() - began) / 1e9, message);
  }
}
