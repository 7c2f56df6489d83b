package altiplano.corpus.run;

import java.util.Map;
import org.apache.spark.sql.SparkSession;

/// One Spark session for all tests: starting one takes seconds.
final class SharedSpark {
  private static final String PARTITIONS = "spark.sql.shuffle.partitions";
  private static final String FEW = "2";

  static final SparkSession SESSION = Spark.start("local[1]", Map.of(PARTITIONS, FEW));

  private SharedSpark() {}

  /// Does something with other partitions than the usual ones.
  static <E extends Exception> void withPartitions(int partitions, Work<E> work) throws E {
    SESSION.conf().set(PARTITIONS, String.valueOf(partitions));
    try {
      work.run();
    } finally {
      // Not `unset`: that would bring Spark's own 200.
      SESSION.conf().set(PARTITIONS, FEW);
    }
  }

  interface Work<E extends Exception> {
    void run() throws E;
  }
}
