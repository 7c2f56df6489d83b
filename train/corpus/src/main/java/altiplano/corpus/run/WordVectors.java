package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import altiplano.corpus.Script;
import altiplano.corpus.augment.Neighbours;
import altiplano.corpus.augment.Pieces;
import altiplano.corpus.augment.TruncatedSvd;
import altiplano.corpus.augment.TruncatedSvd.Sparse;
import altiplano.corpus.augment.Unit;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.reflect.ClassTag$;

/// Word vectors from the corpus itself, and with them the neighbours of its words.
///
/// Spark counts which words stand within two places of which; the positive pointwise mutual
/// information of these counts, the contexts' smoothed by 0.75, is cut down to 64 directions (Levy,
/// Goldberg and Dagan 2015: as good as skip-grams on small corpora, and without a random order of
/// updates). Counts are whole numbers and the rest runs in a fixed order, so the neighbours do not
/// depend on the partitions.
final class WordVectors {
  private static final int MOST_WORDS = 20_000;
  private static final int CONTEXTS = 2_000;
  private static final int WINDOW = 2;
  private static final int DIMENSIONS = 64;
  private static final int NEIGHBOURS = 8;
  private static final double SMOOTHING = 0.75;

  /// Rarer words have no vector worth the name.
  private static final int RAREST = 20;

  /// From this cosine on a word may stand for another.
  private static final float NEAR = 0.6f;

  /// Pairs that one task holds before it hands its counts on: about 50 MB.
  private static final int PAIRS_HELD = 500_000;

  private static final StructType PAIRS =
      new StructType().add("pair", DataTypes.LongType, false).add("n", DataTypes.LongType, false);
  private static final StructType NEAREST =
      new StructType()
          .add("word", DataTypes.IntegerType, false)
          .add("near", DataTypes.createArrayType(DataTypes.IntegerType, false), false);

  private WordVectors() {}

  /// Returns the neighbours of all words that are frequent enough.
  ///
  /// @param texts one column, the text
  static Neighbours neighbours(Dataset<String> texts, Unit unit, long seed) {
    List<String> words = frequent(texts, unit);
    if (words.size() < 3) return Neighbours.NONE;
    float[][] vectors = TruncatedSvd.rows(information(texts, unit, words), DIMENSIONS, seed);
    return nearest(texts.sparkSession(), words, vectors);
  }

  private static List<String> frequent(Dataset<String> texts, Unit unit) {
    return texts
        .mapPartitions(
            (MapPartitionsFunction<String, String>)
                rows -> {
                  var pieces = new Pieces(unit);
                  return flat(rows, pieces);
                },
            Encoders.STRING())
        .groupBy("value")
        .agg(count(lit(1)).as("n"))
        .where(col("n").geq(RAREST))
        .orderBy(col("n").desc(), col("value"))
        .limit(MOST_WORDS)
        .map((MapFunction<Row, String>) row -> row.getString(0), Encoders.STRING())
        .collectAsList();
  }

  private static Iterator<String> flat(Iterator<String> texts, Pieces pieces) {
    return new Iterator<>() {
      private Iterator<String> open = List.<String>of().iterator();

      @Override
      public boolean hasNext() {
        while (!open.hasNext() && texts.hasNext()) open = pieces.words(texts.next()).iterator();
        return open.hasNext();
      }

      @Override
      public String next() {
        return open.next();
      }
    };
  }

  /// Returns `[words, contexts]` positive pointwise mutual information.
  private static Sparse information(Dataset<String> texts, Unit unit, List<String> words) {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < words.size(); i++) numbers.put(words.get(i), i);
    Broadcast<Map<String, Integer>> shared = broadcast(texts.sparkSession(), Map.copyOf(numbers));
    List<Row> counted =
        texts
            .mapPartitions(
                (MapPartitionsFunction<String, Row>)
                    rows -> new PairCounts(rows, new Pieces(unit), shared.value()),
                Encoders.row(PAIRS))
            .groupBy("pair")
            .agg(sum("n").as("n"))
            .orderBy("pair")
            .collectAsList();
    shared.destroy();
    int width = Math.min(CONTEXTS, words.size());
    var ofWord = new double[words.size()];
    var ofContext = new double[width];
    double all = 0;
    for (Row row : counted) {
      ofWord[(int) (row.getLong(0) >>> 32)] += row.getLong(1);
      ofContext[(int) row.getLong(0)] += row.getLong(1);
      all += row.getLong(1);
    }
    double smoothed = 0;
    for (double n : ofContext) smoothed += Math.pow(n, SMOOTHING);
    var starts = new int[words.size() + 1];
    var columns = new int[counted.size()];
    var values = new float[counted.size()];
    int used = 0;
    for (Row row : counted) {
      int word = (int) (row.getLong(0) >>> 32);
      int context = (int) row.getLong(0);
      double chance = ofWord[word] / all * Math.pow(ofContext[context], SMOOTHING) / smoothed;
      double information = Math.log(row.getLong(1) / all / chance);
      if (information <= 0) continue;
      columns[used] = context;
      values[used++] = (float) information;
      starts[word + 1] = used;
    }
    for (int i = 1; i < starts.length; i++) starts[i] = Math.max(starts[i], starts[i - 1]);
    return new Sparse(starts, columns, values, width);
  }

  /// Counts of the pairs of a partition: word in the upper half, context in the lower.
  private static final class PairCounts implements Iterator<Row> {
    private final Iterator<String> texts;
    private final Pieces pieces;
    private final Map<String, Integer> numbers;
    private Iterator<Map.Entry<Long, Long>> ready = Map.<Long, Long>of().entrySet().iterator();

    PairCounts(Iterator<String> texts, Pieces pieces, Map<String, Integer> numbers) {
      this.texts = texts;
      this.pieces = pieces;
      this.numbers = numbers;
    }

    @Override
    public boolean hasNext() {
      while (!ready.hasNext() && texts.hasNext()) {
        var held = new HashMap<Long, Long>();
        while (texts.hasNext() && held.size() < PAIRS_HELD) add(texts.next(), held);
        ready = held.entrySet().iterator();
      }
      return ready.hasNext();
    }

    @Override
    public Row next() {
      var entry = ready.next();
      return RowFactory.create(entry.getKey(), entry.getValue());
    }

    private void add(String text, Map<Long, Long> held) {
      int[] ids =
          pieces.words(text).stream().mapToInt(word -> numbers.getOrDefault(word, -1)).toArray();
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] < 0) continue;
        for (int j = Math.max(0, i - WINDOW); j <= Math.min(ids.length - 1, i + WINDOW); j++) {
          if (j == i || ids[j] < 0 || ids[j] >= CONTEXTS) continue;
          held.merge((long) ids[i] << 32 | ids[j], 1L, Long::sum);
        }
      }
    }
  }

  private static Neighbours nearest(SparkSession spark, List<String> words, float[][] vectors) {
    var chinese = new boolean[words.size()];
    for (int i = 0; i < chinese.length; i++) chinese[i] = Script.isHan(words.get(i).codePointAt(0));
    Broadcast<Space> shared = broadcast(spark, new Space(vectors, chinese));
    FlatMapFunction<Long, Row> search =
        number -> {
          int own = Math.toIntExact(number);
          return List.of(RowFactory.create(own, nearest(shared.value(), own))).iterator();
        };
    Map<String, List<String>> neighbours = new HashMap<>();
    for (Row row :
        spark
            .range(vectors.length)
            .as(Encoders.LONG())
            .flatMap(search, Encoders.row(NEAREST))
            .collectAsList()) {
      List<Integer> near = row.getList(1);
      if (!near.isEmpty())
        neighbours.put(words.get(row.getInt(0)), near.stream().map(words::get).toList());
    }
    shared.destroy();
    return new Neighbours(neighbours);
  }

  private record Near(int word, float cosine) {}

  /// @param chinese which words are; neighbours are of one writing
  private record Space(float[][] vectors, boolean[] chinese) implements Serializable {}

  private static Integer[] nearest(Space space, int own) {
    float[][] vectors = space.vectors;
    // The farthest on top; of equally far ones the rarer goes first.
    var best =
        new PriorityQueue<Near>((a, b) ->
            a.cosine != b.cosine
                ? Float.compare(a.cosine, b.cosine)
                : Integer.compare(b.word, a.word));
    for (int other = 0; other < vectors.length; other++) {
      if (other == own || space.chinese[other] != space.chinese[own]) continue;
      float cosine = dot(vectors[own], vectors[other]);
      if (cosine < NEAR) continue;
      best.add(new Near(other, cosine));
      if (best.size() > NEIGHBOURS) best.remove();
    }
    var words = new Integer[best.size()];
    for (int i = words.length - 1; i >= 0; i--) words[i] = best.remove().word;
    return words;
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
  }

  @SuppressWarnings("unchecked") // the tag only says how the value is stored
  private static <T> Broadcast<T> broadcast(SparkSession spark, T value) {
    return spark
        .sparkContext()
        .broadcast(value, (scala.reflect.ClassTag<T>) ClassTag$.MODULE$.apply(Object.class));
  }
}
