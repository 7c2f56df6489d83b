package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import altiplano.corpus.pack.Mixture;
import altiplano.corpus.pack.Packer;
import altiplano.corpus.recipe.Recipe;
import altiplano.corpus.recipe.Recipe.Packing;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.recipe.Recipe.Split;
import altiplano.corpus.steps.Units;
import altiplano.shards.Manifest;
import altiplano.shards.Sequence;
import altiplano.shards.ShardWriter;
import altiplano.shards.ShuffledOrder;
import altiplano.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// Documents to shards: split, tokens, mixture, shuffle, packing.
///
/// Where a document goes follows from hashes of its text and the seed alone, and each shard is
/// packed by one task that first puts its documents in the order of these hashes. So the bytes are
/// the same on any number of executors.
final class ShardJob {
  static final List<String> SPLITS = List.of("train", "validation", "test");

  private static final StructType TOKENS =
      new StructType()
          .add("split", DataTypes.IntegerType, false)
          .add("source", DataTypes.IntegerType, false)
          .add("language", DataTypes.StringType, false)
          .add("hash", DataTypes.LongType, false)
          .add("key", DataTypes.LongType, false)
          .add("bytes", DataTypes.LongType, false)
          .add("count", DataTypes.LongType, false)
          .add("tokens", DataTypes.BinaryType, false);
  private static final StructType PLACED =
      new StructType()
          .add("shard", DataTypes.IntegerType, false)
          .add("position", DataTypes.LongType, false)
          .add("key", DataTypes.LongType, false)
          .add("source", DataTypes.IntegerType, false)
          .add("tokens", DataTypes.BinaryType, false);
  private static final StructType WRITTEN =
      new StructType()
          .add("shard", DataTypes.IntegerType, false)
          .add("sequences", DataTypes.LongType, false)
          .add("documents", DataTypes.LongType, false)
          .add("tokens", DataTypes.LongType, false)
          .add("bytes", DataTypes.LongType, false)
          .add("sha256", DataTypes.StringType, false)
          .add("pieces", DataTypes.LongType, false)
          .add("whole", DataTypes.LongType, false)
          .add("sourceDocuments", DataTypes.createArrayType(DataTypes.LongType, false), false)
          .add("sourceTokens", DataTypes.createArrayType(DataTypes.LongType, false), false);

  private final Recipe recipe;
  private final Path folder;
  private final Path vocabulary;
  private final int vocabularySize;

  /// @param folder where the shards are written
  /// @param vocabulary a file that [Tokenizer#open] reads, at the same path on all executors
  ShardJob(Recipe recipe, Path folder, Path vocabulary) {
    this.recipe = recipe;
    this.folder = folder;
    this.vocabulary = vocabulary;
    this.vocabularySize = Tokenizer.open(vocabulary).size();
  }

  /// What was written.
  ///
  /// @param cut documents that did not fit whole into one sequence
  record Result(
      List<Manifest.Shard> shards,
      long[] sourceDocuments,
      long[] sourceTokens,
      long cut,
      List<Row> languages,
      List<Row> lengths) {}

  /// Returns the split a document belongs to: 0 train, 1 validation, 2 test.
  static int split(long cluster, long seed, Split split) {
    double place = (Units.mix(cluster ^ Units.mix(seed ^ 0x73706C6974L)) >>> 11) * 0x1.0p-53;
    if (place < split.validation()) return 1;
    return place < split.validation() + split.test() ? 2 : 0;
  }

  Result run(Dataset<Row> documents, Path work) throws IOException {
    String stored = work.resolve("tokens").toUri().toString();
    tokenise(documents).write().parquet(stored);
    Dataset<Row> tokens = documents.sparkSession().read().schema(TOKENS).parquet(stored);
    long[] bySource = new long[recipe.included().size()];
    long[] bySplit = new long[SPLITS.size()];
    for (Row row :
        tokens.groupBy("split", "source").agg(sum("count"), count(lit(1))).collectAsList()) {
      if (row.getInt(0) == 0) bySource[row.getInt(1)] += row.getLong(2);
      else bySplit[row.getInt(0)] += row.getLong(2);
    }
    Mixture mixture = mixture(bySource);
    for (int i = 0; i < bySource.length; i++) {
      bySplit[0] += Math.round(bySource[i] * mixture.factors().get(i));
    }
    var plan = Plan.of(bySplit, recipe);
    var placed = place(tokens, mixture, plan);
    int partitions = Math.max(1, Math.min(plan.shards(), 1_000));
    var written =
        placed
            .repartition(partitions, col("shard"))
            .sortWithinPartitions("shard", "position", "key")
            .mapPartitions(write(plan), Encoders.row(WRITTEN))
            .collectAsList();
    return result(written, plan, bySource.length, tokens);
  }

  private Mixture mixture(long[] bySource) {
    var wanted = new ArrayList<Mixture.Wanted>();
    List<Source> sources = recipe.included();
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      wanted.add(new Mixture.Wanted(bySource[i], source.repeat(), source.share()));
    }
    return Mixture.of(wanted);
  }

  private Dataset<Row> tokenise(Dataset<Row> documents) {
    return documents
        .select("key", "source", "cluster", "language", "text")
        .mapPartitions(
            encode(vocabulary.toString(), recipe.seed(), recipe.split()), Encoders.row(TOKENS));
  }

  /// Static, like all functions that travel: the job itself stays with the driver.
  private static MapPartitionsFunction<Row, Row> encode(String vocabulary, long seed, Split split) {
    return rows -> {
      Tokenizer tokenizer = Vocabularies.open(vocabulary);
      int begin = tokenizer.beginOfText().orElseThrow();
      int end = Vocabularies.endOfText(tokenizer);
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return rows.hasNext();
        }

        @Override
        public Row next() {
          Row row = rows.next();
          String text = row.getString(4);
          int[] body = tokenizer.encode(text);
          var tokens = ByteBuffer.allocate((body.length + 2) * Integer.BYTES);
          tokens.asIntBuffer().put(begin).put(body).put(end);
          return RowFactory.create(
              split(row.getLong(2), seed, split),
              row.getInt(1),
              row.getString(3),
              Vocabularies.textHash(text),
              row.getLong(0),
              (long) text.getBytes(StandardCharsets.UTF_8).length,
              body.length + 2L,
              tokens.array());
        }
      };
    };
  }

  /// Which shard files there are.
  ///
  /// @param counts shards of each split; those of `train` once an epoch
  private record Plan(int[] counts, int epochs) implements Serializable {
    static Plan of(long[] tokens, Recipe recipe) {
      var counts = new int[SPLITS.size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] =
            tokens[i] == 0
                ? 0
                : Math.toIntExact(Math.ceilDiv(tokens[i], recipe.packing().shardTokens()));
      }
      return new Plan(counts, recipe.epochs());
    }

    int shards() {
      return counts[0] * epochs + counts[1] + counts[2];
    }

    /// @param hash of a document and its copy; decides which of the split's shards it goes to
    int shard(int split, int epoch, long hash) {
      int first =
          split == 0 ? epoch * counts[0] : counts[0] * epochs + (split == 2 ? counts[1] : 0);
      return first + (int) Math.unsignedMultiplyHigh(hash, counts[split]);
    }

    int split(int shard) {
      if (shard < counts[0] * epochs) return 0;
      return shard < counts[0] * epochs + counts[1] ? 1 : 2;
    }

    String name(int shard) {
      int split = split(shard);
      int first = split == 0 ? 0 : split == 1 ? counts[0] * epochs : counts[0] * epochs + counts[1];
      return "%s-%05d.shard".formatted(SPLITS.get(split), shard - first);
    }
  }

  private Dataset<Row> place(Dataset<Row> tokens, Mixture mixture, Plan plan) {
    long seed = recipe.seed();
    FlatMapFunction<Row, Row> copies =
        row -> {
          var placed = new ArrayList<Row>();
          int split = row.getInt(0);
          int epochs = split == 0 ? plan.epochs : 1;
          long hash = row.getLong(3);
          for (int epoch = 0; epoch < epochs; epoch++) {
            int times = split == 0 ? mixture.copies(row.getInt(1), hash, seed, epoch) : 1;
            for (int copy = 0; copy < times; copy++) {
              long position =
                  Units.mix(Units.mix(hash ^ Units.mix(seed)) + epoch * 1_000_003L + copy);
              placed.add(
                  RowFactory.create(
                      plan.shard(split, epoch, position),
                      position,
                      row.getLong(4),
                      row.getInt(1),
                      row.get(7)));
            }
          }
          return placed.iterator();
        };
    return tokens.flatMap(copies, Encoders.row(PLACED));
  }

  private MapPartitionsFunction<Row, Row> write(Plan plan) {
    String target = folder.toString();
    int size = vocabularySize;
    int sources = recipe.included().size();
    Packing packing = recipe.packing();
    long seed = recipe.seed();
    return rows -> {
      var results = new ArrayList<Row>();
      var waiting = new ArrayList<Packer.Tokens>();
      int shard = -1;
      while (rows.hasNext()) {
        Row row = rows.next();
        if (row.getInt(0) != shard && !waiting.isEmpty()) {
          results.add(
              writeShard(waiting, shard, plan, Path.of(target), size, sources, packing, seed));
          waiting.clear();
        }
        shard = row.getInt(0);
        byte[] bytes = row.getAs(4);
        var ids = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).asIntBuffer().get(ids);
        waiting.add(new Packer.Tokens(ids, row.getInt(3)));
      }
      if (!waiting.isEmpty()) {
        results.add(
            writeShard(waiting, shard, plan, Path.of(target), size, sources, packing, seed));
      }
      return results.iterator();
    };
  }

  private static Row writeShard(
      List<Packer.Tokens> documents,
      int shard,
      Plan plan,
      Path folder,
      int vocabularySize,
      int sources,
      Packing packing,
      long seed)
      throws IOException {
    List<Sequence> sequences = new Packer(packing.length()).pack(documents);
    // Packing opens sequences for the long documents first: the order is shuffled once more.
    var order = new ShuffledOrder(sequences.size(), seed + shard);
    var sourceDocuments = new Long[sources];
    var sourceTokens = new Long[sources];
    Arrays.fill(sourceDocuments, 0L);
    Arrays.fill(sourceTokens, 0L);
    long cut = 0;
    for (Packer.Tokens document : documents) {
      sourceDocuments[document.source()]++;
      sourceTokens[document.source()] += document.tokens().length;
      if (document.tokens().length > packing.length()) cut++;
    }
    try (var writer =
        new ShardWriter(folder.resolve(plan.name(shard)), vocabularySize, packing.length())) {
      for (int i = 0; i < sequences.size(); i++) writer.add(sequences.get((int) order.at(i)));
      Manifest.Shard entry = writer.finish(SPLITS.get(plan.split(shard)));
      return RowFactory.create(
          shard,
          entry.sequences(),
          entry.documents(),
          entry.tokens(),
          entry.bytes(),
          entry.sha256(),
          cut,
          entry.documents() - cut,
          sourceDocuments,
          sourceTokens);
    }
  }

  private Result result(List<Row> written, Plan plan, int sources, Dataset<Row> tokens) {
    var documents = new long[sources];
    var sourceTokens = new long[sources];
    long cut = 0;
    Map<Integer, Manifest.Shard> shards = new TreeMap<>();
    for (Row row : written) {
      int shard = row.getInt(0);
      shards.put(
          shard,
          new Manifest.Shard(
              plan.name(shard),
              SPLITS.get(plan.split(shard)),
              row.getLong(1),
              row.getLong(2),
              row.getLong(3),
              row.getLong(4),
              row.getString(5)));
      cut += row.getLong(6);
      List<Long> perSource = row.getList(8);
      List<Long> tokensPerSource = row.getList(9);
      for (int i = 0; i < sources; i++) {
        documents[i] += perSource.get(i);
        sourceTokens[i] += tokensPerSource.get(i);
      }
    }
    var languages =
        new ArrayList<>(
            tokens
                .groupBy("language")
                .agg(count(lit(1)), sum("bytes"), sum("count"))
                .collectAsList());
    languages.sort(Comparator.comparing(row -> row.getString(0)));
    var lengths =
        tokens
            .selectExpr("cast(floor(log2(count)) as int) as power")
            .groupBy("power")
            .count()
            .orderBy("power")
            .collectAsList();
    return new Result(
        List.copyOf(shards.values()), documents, sourceTokens, cut, languages, lengths);
  }
}
