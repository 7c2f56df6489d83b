package altiplano.corpus.run;

import static org.apache.spark.sql.functions.col;

import altiplano.corpus.augment.Augmenter;
import altiplano.corpus.augment.Change;
import altiplano.corpus.augment.LabelWords;
import altiplano.corpus.augment.Neighbours;
import altiplano.corpus.augment.Pieces;
import altiplano.corpus.augment.Unit;
import altiplano.corpus.read.InputRow;
import altiplano.corpus.read.RowReader;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.steps.Units;
import altiplano.files.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// `corpus augment`: labelled rows to more labelled rows.
///
/// Each row is followed by its copies; all fields but the text are those of the row. What a copy is
/// follows from the seed and the row's text, whatever the partitions.
public final class AugmentRun {
  private static final Set<String> FILES =
      Set.of("augmented.jsonl", "rejects.jsonl", "report.json");

  /// Fields that point into the text: a copy would make them wrong.
  private static final List<String> POINTING = List.of("spans", "answers", "entities");

  private static final int TRIES = 4;

  private static final StructType READ =
      new StructType()
          .add("key", DataTypes.LongType, false)
          .add("file", DataTypes.StringType, false)
          .add("row", DataTypes.LongType, false)
          .add("text", DataTypes.StringType, false)
          .add("fields", DataTypes.StringType, false)
          .add("label", DataTypes.StringType, false)
          .add("reason", DataTypes.StringType, false);
  private static final StructType MADE =
      new StructType()
          .add("key", DataTypes.LongType, false)
          .add("copy", DataTypes.IntegerType, false)
          .add("change", DataTypes.StringType, false)
          .add("json", DataTypes.StringType, false);

  private AugmentRun() {}

  /// What the user may choose.
  ///
  /// @param field holds the text
  /// @param label field that holds the label
  /// @param copies of each row
  /// @param rate share of the words that is changed
  /// @param changes take turns
  /// @param synonyms path of a dictionary in place of word vectors; empty: word vectors
  /// @param vectorsFrom texts that the word vectors are made from; the rows' own if empty
  public record Options(
      String field,
      String label,
      int copies,
      double rate,
      List<Change> changes,
      Unit unit,
      long seed,
      String synonyms,
      List<String> vectorsFrom)
      implements Serializable {
    public Options {
      changes = List.copyOf(changes);
      vectorsFrom = List.copyOf(vectorsFrom);
      if (copies < 1 || changes.isEmpty()) {
        throw new IllegalArgumentException("copies %d, changes %s".formatted(copies, changes));
      }
    }
  }

  /// What was made.
  ///
  /// @param rows read, and written as they are
  /// @param rejected rows that could not be read
  /// @param copies by change
  /// @param without rows that have no copy: no word of theirs may be changed, or fields point into
  ///   the text
  /// @param neighbours words that have any
  public record Result(
      long rows, long rejected, Map<Change, Long> copies, long without, int neighbours) {
    public Json toJson() {
      var byChange = Json.object();
      copies.forEach((change, count) -> byChange.put(change.label(), count));
      return Json.object()
          .put("rows", rows)
          .put("rejected", rejected)
          .put("copies", byChange.end())
          .put("rows_without_copies", without)
          .put("words_with_neighbours", neighbours)
          .end();
    }
  }

  /// Makes copies of all rows.
  ///
  /// @param inputs files, folders and globs
  public static Result run(
      SparkSession spark, List<String> inputs, Path output, Options options, Progress progress)
      throws IOException {
    Neighbours dictionary =
        options.synonyms.isEmpty()
            ? Neighbours.NONE
            : Neighbours.dictionary(Path.of(options.synonyms));
    try (OutputFolder folder = OutputFolder.open(output)) {
      progress.says("reading rows");
      Dataset<Row> all = read(spark, inputs, options, folder.work());
      Dataset<Row> rows = all.where(col("reason").equalTo(""));
      progress.says("looking for words that labels hang on");
      LabelWords labels = labelWords(rows, options.unit);
      Neighbours neighbours = dictionary;
      if (options.synonyms.isEmpty()) {
        progress.says("word vectors");
        neighbours =
            WordVectors.neighbours(texts(spark, rows, options), options.unit, options.seed);
      }
      progress.says("copies");
      String made = folder.work().resolve("made").toUri().toString();
      var shared = broadcast(spark, new Words(neighbours, labels));
      rows.mapPartitions(copies(shared, options), Encoders.row(MADE)).write().parquet(made);
      Result result =
          write(
              spark.read().schema(MADE).parquet(made),
              all.where(col("reason").notEqual("")),
              folder.staging(),
              neighbours.words().size());
      Files.writeString(
          folder.staging().resolve("report.json"), result.toJson().writeIndented() + "\n");
      folder.publish("report.json", FILES);
      return result;
    }
  }

  private static Source source(List<String> files, String field) {
    return new Source("input", files, "", true, field, 1, OptionalDouble.empty());
  }

  private static Dataset<Row> read(
      SparkSession spark, List<String> inputs, Options options, Path work) {
    String field = options.field;
    String label = options.label;
    MapPartitionsFunction<Row, Row> reading =
        files ->
            new FlatRows(
                files,
                field,
                (file, row) ->
                    switch (row) {
                      case InputRow.Accepted(var document, String fields) ->
                          RowFactory.create(
                              Columns.key(file, document.row()),
                              document.file(),
                              document.row(),
                              document.text(),
                              fields,
                              label(fields, label),
                              "");
                      case InputRow.Rejected(String path, long number, String why, String text) ->
                          RowFactory.create(
                              Columns.key(file, number),
                              path,
                              number,
                              text.substring(0, Math.min(2_000, text.length())),
                              "",
                              "",
                              why);
                    });
    String stored = work.resolve("rows").toUri().toString();
    InputFiles.files(spark, List.of(source(inputs, field)))
        .mapPartitions(reading, Encoders.row(READ))
        .write()
        .parquet(stored);
    return spark.read().schema(READ).parquet(stored);
  }

  private interface ToRow extends Serializable {
    Row of(int file, InputRow row);
  }

  /// The rows of the files of a partition.
  private static final class FlatRows implements Iterator<Row> {
    private final Iterator<Row> files;
    private final String field;
    private final ToRow toRow;
    private Optional<RowReader> open = Optional.empty();
    private int file;

    FlatRows(Iterator<Row> files, String field, ToRow toRow) {
      this.files = files;
      this.field = field;
      this.toRow = toRow;
    }

    @Override
    public boolean hasNext() {
      while (open.filter(RowReader::hasNext).isEmpty()) {
        try {
          if (open.isPresent()) open.get().close();
        } catch (IOException failed) {
          throw new java.io.UncheckedIOException(failed);
        }
        if (!files.hasNext()) return false;
        Row next = files.next();
        file = next.getInt(0);
        open = Optional.of(new RowReader(next.getString(1), field));
      }
      return true;
    }

    @Override
    public Row next() {
      if (!hasNext()) throw new java.util.NoSuchElementException();
      return toRow.of(file, open.orElseThrow().next());
    }
  }

  private static String label(String fields, String label) {
    if (fields.isEmpty()) return "";
    return object(fields).get(label).map(AugmentRun::plain).orElse("");
  }

  private static String plain(Json value) {
    return value instanceof Json.TextValue(String text) ? text : value.write();
  }

  private static Json.ObjectValue object(String fields) {
    return Json.parse(fields) instanceof Json.ObjectValue object ? object : Json.object().end();
  }

  private static Dataset<String> texts(SparkSession spark, Dataset<Row> rows, Options options) {
    if (options.vectorsFrom.isEmpty()) return rows.select("text").as(Encoders.STRING());
    String field = options.field;
    MapPartitionsFunction<Row, Row> reading =
        files ->
            new FlatRows(
                files,
                field,
                (file, row) ->
                    RowFactory.create(
                        row instanceof InputRow.Accepted(var document, _) ? document.text() : ""));
    return InputFiles.files(spark, List.of(source(options.vectorsFrom, field)))
        .mapPartitions(
            reading, Encoders.row(new StructType().add("text", DataTypes.StringType, false)))
        .as(Encoders.STRING());
  }

  private static LabelWords labelWords(Dataset<Row> rows, Unit unit) {
    Map<String, Long> labels = new TreeMap<>();
    for (Row row : rows.groupBy("label").count().collectAsList()) {
      if (!row.getString(0).isEmpty()) labels.put(row.getString(0), row.getLong(1));
    }
    if (labels.isEmpty()) return LabelWords.unlabelled();
    var counts = new ArrayList<LabelWords.Count>();
    var words =
        new StructType()
            .add("word", DataTypes.StringType, false)
            .add("label", DataTypes.StringType, false);
    for (Row row :
        rows.where(col("label").notEqual(""))
            .mapPartitions(
                (MapPartitionsFunction<Row, Row>)
                    part -> {
                      var pieces = new Pieces(unit);
                      return flat(part, pieces);
                    },
                Encoders.row(words))
            .groupBy("word", "label")
            .count()
            .collectAsList()) {
      counts.add(new LabelWords.Count(row.getString(0), row.getString(1), row.getLong(2)));
    }
    return LabelWords.of(labels, counts);
  }

  private static Iterator<Row> flat(Iterator<Row> rows, Pieces pieces) {
    return new Iterator<>() {
      private Iterator<Row> open = List.<Row>of().iterator();

      @Override
      public boolean hasNext() {
        while (!open.hasNext() && rows.hasNext()) {
          Row row = rows.next();
          String label = row.getString(5);
          open =
              pieces.words(row.getString(3)).stream()
                  .distinct()
                  .map(word -> RowFactory.create(word, label))
                  .iterator();
        }
        return open.hasNext();
      }

      @Override
      public Row next() {
        return open.next();
      }
    };
  }

  private record Words(Neighbours neighbours, LabelWords labels) implements Serializable {}

  private static Broadcast<Words> broadcast(SparkSession spark, Words words) {
    return spark
        .sparkContext()
        .broadcast(words, scala.reflect.ClassTag$.MODULE$.apply(Words.class));
  }

  private static MapPartitionsFunction<Row, Row> copies(Broadcast<Words> words, Options options) {
    return rows -> {
      var augmenter =
          new Augmenter(options.unit, words.value().neighbours, words.value().labels, options.rate);
      FlatMapFunction<Row, Row> one = row -> copies(row, augmenter, options).iterator();
      return new Iterator<>() {
        private Iterator<Row> open = List.<Row>of().iterator();

        @Override
        public boolean hasNext() {
          try {
            while (!open.hasNext() && rows.hasNext()) open = one.call(rows.next());
          } catch (Exception failed) {
            throw new IllegalStateException(failed);
          }
          return open.hasNext();
        }

        @Override
        public Row next() {
          return open.next();
        }
      };
    };
  }

  private static List<Row> copies(Row row, Augmenter augmenter, Options options) {
    long key = row.getLong(0);
    String text = row.getString(3);
    Json.ObjectValue fields =
        row.getString(4).isEmpty()
            ? Json.object().put(options.field, text).end()
            : object(row.getString(4));
    var made = new ArrayList<Row>();
    made.add(RowFactory.create(key, 0, "", fields.write()));
    if (POINTING.stream().anyMatch(name -> fields.get(name).isPresent())) return made;
    var seen = new HashSet<String>();
    seen.add(text);
    var random = new SplittableRandom(Units.mix(Vocabularies.textHash(text) ^ options.seed));
    int turn = random.nextInt(options.changes.size());
    for (int copy = 1; copy <= options.copies; copy++, turn++) {
      for (int attempt = 0; attempt < TRIES; attempt++) {
        // Where a change cannot be made, the next one has its turn.
        Change change = options.changes.get((turn + attempt) % options.changes.size());
        Optional<String> changed = augmenter.copy(text, change, random).filter(seen::add);
        if (changed.isEmpty()) continue;
        var members = new java.util.LinkedHashMap<>(fields.members());
        members.put(options.field, Json.of(changed.get()));
        members.put("augmentation", Json.of(change.label()));
        members.put("augmented_from", Json.of("%s:%d".formatted(row.getString(1), row.getLong(2))));
        made.add(
            RowFactory.create(key, copy, change.label(), new Json.ObjectValue(members).write()));
        break;
      }
    }
    return made;
  }

  private static Result write(Dataset<Row> made, Dataset<Row> rejects, Path folder, int neighbours)
      throws IOException {
    Map<Change, Long> copies = new TreeMap<>();
    for (Change change : Change.values()) copies.put(change, 0L);
    long rows = 0;
    long without = 0;
    boolean bare = false;
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("augmented.jsonl"))) {
      Iterator<Row> ordered = made.orderBy("key", "copy").toLocalIterator();
      while (ordered.hasNext()) {
        Row row = ordered.next();
        out.write(row.getString(3));
        out.write('\n');
        if (row.getInt(1) == 0) {
          rows++;
          if (bare) without++;
        } else {
          copies.merge(change(row.getString(2)), 1L, Long::sum);
        }
        bare = row.getInt(1) == 0;
      }
      if (bare) without++;
    }
    long rejected = 0;
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("rejects.jsonl"))) {
      for (Row row : rejects.orderBy("key").collectAsList()) {
        rejected++;
        out.write(
            Json.object()
                .put("source", row.getString(1))
                .put("row", row.getLong(2))
                .put("reason", row.getString(6))
                .put("text", row.getString(3))
                .end()
                .write());
        out.write('\n');
      }
    }
    return new Result(rows, rejected, copies, without, neighbours);
  }

  private static Change change(String label) {
    for (Change change : Change.values()) if (change.label().equals(label)) return change;
    throw new IllegalArgumentException(label);
  }
}
