package altiplano.corpus.run;

import org.apache.spark.sql.SparkSession;

/// The one Spark session of a command.
public final class Spark {
  private Spark() {}

  /// Starts Spark.
  ///
  /// @param master `local[2]` for two threads of this process, or a cluster's address
  public static SparkSession start(String master) {
    return SparkSession.builder()
        .appName("altiplano corpus")
        .master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", master.startsWith("local") ? "8" : "64")
        // The plan must not depend on statistics that the partitions decide.
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.autoBroadcastJoinThreshold", "64m")
        // The work is in our own functions: generated code costs more time than it saves.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate();
  }
}
