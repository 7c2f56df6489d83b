package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import altiplano.corpus.duplicates.Clusters;
import altiplano.corpus.duplicates.MinHash;
import altiplano.corpus.duplicates.Numbers;
import altiplano.corpus.steps.Step;
import altiplano.corpus.steps.Units;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// Finds documents of nearly the same text.
///
/// Candidates share a band of their MinHash signatures; each pair is verified by the Jaccard
/// similarity of its shingles; verified pairs join to clusters, and of each cluster the best text
/// stays: the longest, and among equals the one with the smallest hash, whatever the names of the
/// files. Two texts of one template that fill it with other numbers are no near-duplicates.
final class NearDuplicates {
  /// From here on two documents are kept on one side of the split into train and test.
  private static final double RELATED = 0.5;

  /// In larger buckets each document is compared with some others and not with all.
  private static final int ALL_PAIRS = 40;

  private static final int NEIGHBOURS = 3;

  /// What union-find on the driver holds in about two gigabytes.
  private static final long MOST_PAIRS = 20_000_000;

  private static final StructType BANDS =
      new StructType().add("band", DataTypes.LongType, false).add("key", DataTypes.LongType, false);
  private static final StructType PAIRS =
      new StructType().add("a", DataTypes.LongType, false).add("b", DataTypes.LongType, false);
  private static final StructType TEXTS =
      new StructType()
          .add("key", DataTypes.LongType, false)
          .add("shingles", DataTypes.BinaryType, false)
          .add("numbers", DataTypes.BinaryType, false);
  private static final StructType VERIFIED = PAIRS.add("similarity", DataTypes.DoubleType, false);
  private static final StructType REMOVALS =
      new StructType()
          .add("key", DataTypes.LongType, false)
          .add("reason", DataTypes.StringType, false)
          .add("cluster", DataTypes.LongType, false);

  private NearDuplicates() {}

  /// Finds what goes and what belongs together.
  ///
  /// @return `(key, reason, cluster)`; the reason is empty for what stays and is only related
  static Dataset<Row> find(Dataset<Row> documents, Step.NearDuplicates step) {
    List<Row> removals =
        decide(
            verified(documents, step).stream()
                .map(row -> new Verified(row.getLong(0), row.getLong(1), row.getDouble(2)))
                .toList(),
            keys -> texts(documents, keys),
            step);
    return documents.sparkSession().createDataset(removals, Encoders.row(REMOVALS));
  }

  /// Two documents that may be near-duplicates; `a` is less than `b`.
  record Pair(long a, long b) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      return a != other.a ? Long.compare(a, other.a) : Long.compare(b, other.b);
    }
  }

  /// A pair with its true similarity.
  record Verified(long a, long b, double similarity) {}

  /// Looks up the texts of documents.
  interface TextsByKey {
    Map<Long, Text> of(Set<Long> keys);
  }

  /// Returns the similarity below which a pair means nothing.
  static double least(Step.NearDuplicates step) {
    return Math.min(RELATED, step.similarity());
  }

  /// Joins pairs to clusters and says who goes: rows `(key, reason, cluster)`.
  static List<Row> decide(List<Verified> pairs, TextsByKey lookup, Step.NearDuplicates step) {
    if (pairs.size() > MOST_PAIRS) {
      throw new IllegalStateException(
          "near-duplicates: more than %,d pairs. Remove exact duplicates first or raise the similarity."
              .formatted(MOST_PAIRS));
    }
    var same = new Clusters();
    var related = new Clusters();
    for (Verified pair : pairs) {
      related.join(pair.a, pair.b);
      if (pair.similarity >= step.similarity()) same.join(pair.a, pair.b);
    }
    Map<Long, Text> texts = lookup.of(related.keys());
    Map<Long, Text> best = new HashMap<>();
    for (long key : same.keys()) {
      best.merge(same.root(key), text(texts, key), (a, b) -> a.isBetterThan(b) ? a : b);
    }
    Map<Long, Long> smallestHash = new HashMap<>();
    for (long key : related.keys()) {
      smallestHash.merge(related.root(key), text(texts, key).hash, Math::min);
    }
    var removals = new ArrayList<Row>();
    for (long key : related.keys()) {
      Text own = text(texts, key);
      Text kept = same.keys().contains(key) ? text(best, same.root(key)) : own;
      String reason = kept.key == key ? "" : "nearly the same as " + kept.place;
      removals.add(RowFactory.create(key, reason, smallestHash.get(related.root(key))));
    }
    return removals;
  }

  /// @param units its length
  record Text(long key, String place, int units, long hash) {
    static Text of(long key, String place, String text) {
      return new Text(key, place, Units.of(text).count(), textHash(text));
    }

    boolean isBetterThan(Text other) {
      return units != other.units ? units > other.units : hash < other.hash;
    }
  }

  private static Text text(Map<Long, Text> texts, long key) {
    return Objects.requireNonNull(texts.get(key), "each document of a pair has a text");
  }

  private static List<Row> verified(Dataset<Row> documents, Step.NearDuplicates step) {
    int size = step.shingle();
    var texts = documents.select("key", "text");
    var candidates =
        texts
            .flatMap((FlatMapFunction<Row, Row>) row -> bands(row, size), Encoders.row(BANDS))
            .groupBy("band")
            .agg(collect_list("key").as("keys"), count(lit(1)).as("size"))
            .where(col("size").gt(1))
            .flatMap(
                (FlatMapFunction<Row, Row>)
                    row ->
                        pairs(row.<Long>getList(1)).stream()
                            .map(pair -> RowFactory.create(pair.a, pair.b))
                            .iterator(),
                Encoders.row(PAIRS))
            .distinct();
    var work = candidates.persist();
    try {
      var involved = work.select(col("a").as("key")).union(work.select("b")).distinct();
      var shingled =
          texts
              .join(involved, "key")
              .map((MapFunction<Row, Row>) row -> shingled(row, size), Encoders.row(TEXTS));
      return work.join(shingled.toDF("a", "shinglesA", "numbersA"), "a")
          .join(shingled.toDF("b", "shinglesB", "numbersB"), "b")
          .select("a", "b", "shinglesA", "numbersA", "shinglesB", "numbersB")
          .map((MapFunction<Row, Row>) NearDuplicates::verify, Encoders.row(VERIFIED))
          .where(col("similarity").geq(least(step)))
          .collectAsList();
    } finally {
      work.unpersist();
    }
  }

  private static Iterator<Row> bands(Row row, int size) {
    long[] shingles = MinHash.shingles(row.getString(1), size);
    if (shingles.length == 0) return Collections.emptyIterator();
    var rows = new ArrayList<Row>(MinHash.BANDS);
    for (long band : MinHash.bands(shingles)) rows.add(RowFactory.create(band, row.getLong(0)));
    return rows.iterator();
  }

  /// Returns the pairs of a bucket that are compared.
  static List<Pair> pairs(List<Long> keys) {
    List<Long> sorted = keys.stream().distinct().sorted().toList();
    var pairs = new ArrayList<Pair>();
    for (int i = 0; i < sorted.size(); i++) {
      int end =
          sorted.size() <= ALL_PAIRS ? sorted.size() : Math.min(sorted.size(), i + 1 + NEIGHBOURS);
      for (int j = i + 1; j < end; j++) pairs.add(new Pair(sorted.get(i), sorted.get(j)));
      if (end < sorted.size() && i > 0) pairs.add(new Pair(sorted.getFirst(), sorted.get(i)));
    }
    return pairs;
  }

  private static Row shingled(Row row, int size) {
    String text = row.getString(1);
    return RowFactory.create(
        row.getLong(0), bytes(MinHash.shingles(text, size)), bytes(Numbers.of(text)));
  }

  private static Row verify(Row pair) {
    return RowFactory.create(
        pair.getLong(0),
        pair.getLong(1),
        similarity(
            longs(pair.getAs("shinglesA")),
            longs(pair.getAs("shinglesB")),
            longs(pair.getAs("numbersA")),
            longs(pair.getAs("numbersB"))));
  }

  /// Returns how similar two texts are; at most [#RELATED] if they are fillings of one template.
  static double similarity(String a, String b, int shingle) {
    return similarity(
        MinHash.shingles(a, shingle), MinHash.shingles(b, shingle), Numbers.of(a), Numbers.of(b));
  }

  private static double similarity(
      long[] shinglesA, long[] shinglesB, long[] numbersA, long[] numbersB) {
    double similarity = MinHash.similarity(shinglesA, shinglesB);
    return Numbers.differ(numbersA, numbersB) ? Math.min(similarity, RELATED) : similarity;
  }

  private static Map<Long, Text> texts(Dataset<Row> documents, Set<Long> wantedKeys) {
    var keys = documents.sparkSession().createDataset(List.copyOf(wantedKeys), Encoders.LONG());
    Map<Long, Text> texts = new HashMap<>();
    var wanted = documents.join(keys.toDF("key"), "key").select("key", "file", "row", "text");
    for (Row row :
        wanted
            .map(
                (MapFunction<Row, Row>)
                    found ->
                        RowFactory.create(
                            found.getLong(0),
                            "%s:%d".formatted(found.getString(1), found.getLong(2)),
                            Units.of(found.getString(3)).count(),
                            textHash(found.getString(3))),
                Encoders.row(
                    new StructType()
                        .add("key", DataTypes.LongType)
                        .add("place", DataTypes.StringType)
                        .add("units", DataTypes.IntegerType)
                        .add("hash", DataTypes.LongType)))
            .collectAsList()) {
      texts.put(
          row.getLong(0),
          new Text(row.getLong(0), row.getString(1), row.getInt(2), row.getLong(3)));
    }
    return texts;
  }

  private static long textHash(String text) {
    long hash = 1;
    for (int i = 0; i < text.length(); i++) hash = hash * 0x100000001B3L ^ text.charAt(i);
    return Units.mix(hash);
  }

  private static byte[] bytes(long[] longs) {
    var bytes = ByteBuffer.allocate(longs.length * Long.BYTES);
    bytes.asLongBuffer().put(longs);
    return bytes.array();
  }

  private static long[] longs(byte[] bytes) {
    var longs = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(longs);
    return longs;
  }
}
