package altiplano.corpus.run;

import org.apache.spark.sql.SparkSession;

/// One Spark session for all tests: starting one takes seconds.
final class SharedSpark {
  static final SparkSession SESSION = Spark.start("local[1]");

  private SharedSpark() {}
}
