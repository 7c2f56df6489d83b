package altiplano.corpus.run;

import altiplano.corpus.Document;
import altiplano.corpus.run.Columns.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.XXH64;

/// A few changes of each step, before and after, for the report.
///
/// Those with the smallest hashes are kept, so that the same ones show whatever the partitions.
final class Samples {
  static final int PER_STEP = 4;
  private static final int LONGEST = 400;

  /// With it the hash is that of Spark's `xxhash64`, by which the report chooses among the samples
  /// of all partitions.
  private static final long SPARK_SEED = 42;

  private final List<String> names;
  private final List<PriorityQueue<Sample>> kept;

  Samples(List<String> names) {
    this.names = names;
    this.kept =
        IntStream.range(0, names.size())
            .mapToObj(i -> new PriorityQueue<>(ORDER.reversed()))
            .toList();
  }

  private record Sample(long hash, Place place, Document document, String before, String after) {
    long key() {
      return place.key();
    }
  }

  private static final Comparator<Sample> ORDER =
      Comparator.comparingLong(Sample::hash).thenComparingLong(Sample::key);

  /// Returns the hash by which samples are chosen.
  static long hash(long key) {
    return XXH64.hashLong(key, SPARK_SEED);
  }

  void add(int step, Place place, Document document, String before, String after) {
    long hash = hash(place.key());
    PriorityQueue<Sample> queue = kept.get(step);
    Sample last = queue.peek();
    if (queue.size() == PER_STEP && last != null && last.hash <= hash) return;
    int from = firstDifference(before, after);
    queue.add(new Sample(hash, place, document, cut(before, from), cut(after, from)));
    if (queue.size() > PER_STEP) queue.remove();
  }

  List<Row> rows() {
    var rows = new ArrayList<Row>();
    for (int i = 0; i < kept.size(); i++) {
      for (Sample sample : kept.get(i)) {
        rows.add(
            Columns.sample(
                sample.place, sample.document.withText(sample.after), names.get(i), sample.before));
      }
    }
    return rows;
  }

  private static int firstDifference(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) i++;
    return Math.max(0, i - 80);
  }

  private static String cut(String text, int from) {
    int start = Math.min(from, text.length());
    return text.substring(start, Math.min(text.length(), start + LONGEST));
  }
}
