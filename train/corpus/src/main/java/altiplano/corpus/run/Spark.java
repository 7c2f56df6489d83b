package altiplano.corpus.run;

import java.util.Map;
import org.apache.spark.sql.SparkSession;

/// The one Spark session of a command.
public final class Spark {
  private Spark() {}

  /// Starts Spark.
  ///
  /// @param master `local[2]` for two threads of this process, or a cluster's address
  public static SparkSession start(String master) {
    return start(master, Map.of());
  }

  /// Starts Spark with settings of its own, which win over ours.
  ///
  /// @param settings by the names that Spark's documentation gives them
  public static SparkSession start(String master, Map<String, String> settings) {
    boolean local = master.startsWith("local");
    var builder =
        SparkSession.builder()
            .appName("altiplano corpus")
            .master(master)
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", local ? "8" : "64")
            // The plan must not depend on statistics that the partitions decide.
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.sql.parquet.compression.codec", "zstd")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.autoBroadcastJoinThreshold", "64m")
            // The work is in our own functions: generated code costs more time than it saves.
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.ui.showConsoleProgress", "false");
    if (local) {
      // Nothing listens where others could reach it.
      builder
          .config("spark.driver.host", "127.0.0.1")
          .config("spark.driver.bindAddress", "127.0.0.1");
    }
    settings.forEach(builder::config);
    return builder.getOrCreate();
  }
}
