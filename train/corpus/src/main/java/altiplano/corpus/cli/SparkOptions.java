package altiplano.corpus.cli;

import altiplano.corpus.run.Spark;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/// What all commands that run on Spark share.
final class SparkOptions {
  @Option(names = "--threads", paramLabel = "N")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--master", paramLabel = "URL")
  private String master = "";

  @Option(names = "--spark", paramLabel = "KEY=VALUE")
  private Map<String, String> settings = Map.of();

  @Option(names = "--quiet")
  private boolean quiet;

  private final long began = System.nanoTime();

  SparkSession start() {
    progress("starting Spark");
    return Spark.start(master.isEmpty() ? "local[%d]".formatted(threads) : master, settings);
  }

  int threads() {
    return threads;
  }

  boolean onCluster() {
    return !master.isEmpty();
  }

  /// Returns a session that starts when it is first asked for.
  Session session() {
    return new Session();
  }

  /// A session that may never start.
  final class Session implements Supplier<SparkSession>, AutoCloseable {
    private Optional<SparkSession> started = Optional.empty();

    @Override
    public SparkSession get() {
      if (started.isEmpty()) started = Optional.of(start());
      return started.get();
    }

    @Override
    public void close() {
      started.ifPresent(SparkSession::stop);
    }
  }

  void progress(String message) {
    if (quiet) return;
    System.err.printf("%6.1f s  %s%n", (System.nanoTime() - began) / 1e9, message);
  }
}
