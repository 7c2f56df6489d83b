package altiplano.corpus.run;

import altiplano.corpus.LongSet;
import altiplano.corpus.duplicates.MinHash;
import altiplano.corpus.duplicates.TestPassages;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/// The stages in the memory of this process, for inputs of a few megabytes: starting Spark and its
/// jobs takes a minute of processor time, and the work itself less than a second.
///
/// The functions are those that Spark runs, and so is what comes out.
final class MemoryStages extends Stages<List<Row>> {
  /// Characters of the input; beyond, Spark is quicker on two processors.
  private static final long MOST_CHARACTERS = 8_000_000;

  private final long mostCharacters;

  MemoryStages(Progress progress) {
    this(progress, MOST_CHARACTERS);
  }

  MemoryStages(Progress progress, long mostCharacters) {
    super(progress);
    this.mostCharacters = mostCharacters;
  }

  /// More text than memory is meant for.
  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// Returns whether all steps can run here.
  static boolean holds(List<Step> steps) {
    return steps.stream().noneMatch(step -> step instanceof Step.Perplexity);
  }

  /// @throws TooLargeException if the text is too long for memory
  @Override
  List<Row> read(List<Source> sources, List<Named> steps) {
    var files = InputFiles.rows(sources);
    return all(RowStage.overFiles(steps), files.iterator());
  }

  @Override
  List<Row> apply(List<Row> documents, List<Named> steps) {
    return all(RowStage.overDocuments(steps), documents.iterator());
  }

  private List<Row> all(MapPartitionsFunction<Row, Row> function, Iterator<Row> in) {
    var rows = new ArrayList<Row>();
    long characters = 0;
    try {
      for (Iterator<Row> out = function.call(in); out.hasNext(); ) {
        Row row = out.next();
        characters += Columns.text(row).length();
        if (characters > mostCharacters) throw new TooLargeException();
        rows.add(row);
      }
    } catch (RuntimeException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
    return rows;
  }

  @Override
  List<Row> keep(List<Row> rows, int stage) {
    return rows;
  }

  @Override
  List<Row> select(List<Row> rows, boolean documents) {
    return rows.stream()
        .filter(row -> Columns.kind(row).equals(Columns.DOCUMENT) == documents)
        .toList();
  }

  @Override
  List<Row> union(List<List<Row>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }

  @Override
  List<Row> exactDuplicates(List<Row> documents, List<Integer> shippable) {
    Map<String, Row> kept = new HashMap<>();
    for (Row row : documents) {
      kept.merge(Columns.text(row), row, (a, b) -> isBetter(a, b, shippable) ? a : b);
    }
    var removals = new ArrayList<Row>();
    for (Row row : documents) {
      Row best = kept.getOrDefault(Columns.text(row), row);
      if (Columns.Place.of(best).key() == Columns.Place.of(row).key()) continue;
      removals.add(
          RowFactory.create(
              Columns.Place.of(row).key(),
              "the same as " + Columns.position(best),
              Columns.Place.of(best).cluster()));
    }
    return removals;
  }

  private static boolean isBetter(Row a, Row b, List<Integer> shippable) {
    boolean shippableA = shippable.contains(Columns.Place.of(a).source());
    boolean shippableB = shippable.contains(Columns.Place.of(b).source());
    return shippableA == shippableB
        ? Columns.Place.of(a).key() < Columns.Place.of(b).key()
        : shippableA;
  }

  @Override
  List<Row> nearDuplicates(List<Row> documents, Step.NearDuplicates step) {
    Map<Long, Row> byKey = new HashMap<>();
    Map<Long, List<Long>> bands = new LinkedHashMap<>();
    for (Row row : documents) {
      long key = Columns.Place.of(row).key();
      byKey.put(key, row);
      long[] shingles = MinHash.shingles(Columns.text(row), step.shingle());
      if (shingles.length == 0) continue;
      for (long band : MinHash.bands(shingles)) {
        bands.computeIfAbsent(band, b -> new ArrayList<>()).add(key);
      }
    }
    var candidates = new TreeSet<NearDuplicates.Pair>();
    bands.values().stream()
        .filter(keys -> keys.size() > 1)
        .forEach(keys -> candidates.addAll(NearDuplicates.pairs(keys)));
    var verified = new ArrayList<NearDuplicates.Verified>();
    for (NearDuplicates.Pair pair : candidates) {
      double similarity =
          NearDuplicates.similarity(text(byKey, pair.a()), text(byKey, pair.b()), step.shingle());
      if (similarity >= NearDuplicates.least(step)) {
        verified.add(new NearDuplicates.Verified(pair.a(), pair.b(), similarity));
      }
    }
    return NearDuplicates.decide(
        verified,
        keys -> {
          Map<Long, NearDuplicates.Text> texts = new HashMap<>();
          for (long key : keys) {
            Row row = byKey.get(key);
            if (row != null) {
              texts.put(key, NearDuplicates.Text.of(key, Columns.position(row), Columns.text(row)));
            }
          }
          return texts;
        },
        step);
  }

  private static String text(Map<Long, Row> byKey, long key) {
    Row row = byKey.get(key);
    return row == null ? "" : Columns.text(row);
  }

  @Override
  List<Row> remove(List<Row> documents, Step step, List<Row> removals) {
    Map<Long, Row> found = new HashMap<>();
    for (Row removal : removals) found.put(removal.getLong(0), removal);
    var rows = new ArrayList<Row>();
    for (Row row : documents) {
      Columns.Place place = Columns.Place.of(row);
      Row removal = found.get(place.key());
      var document = Columns.documentOf(row);
      if (removal == null) {
        rows.add(Columns.document(place, document, 0));
        continue;
      }
      var joined = new Columns.Place(place.key(), place.source(), removal.getLong(2));
      String why = removal.getString(1);
      rows.add(
          why.isEmpty()
              ? Columns.document(joined, document, 0)
              : Columns.removed(joined, document, step.name(), why, 0));
    }
    return rows;
  }

  @Override
  Named gather(List<Row> documents, Step.Gathering step) {
    return switch (step) {
      case Step.RepeatedLines lines -> repeatedLines(documents, lines);
      case Step.Contamination contamination -> {
        var passages = TestPassages.read(contamination);
        yield new Named(step.name(), () -> passages::remove);
      }
      case Step.Perplexity perplexity ->
          throw new IllegalStateException(perplexity.name() + " runs on Spark");
    };
  }

  private static Named repeatedLines(List<Row> documents, Step.RepeatedLines step) {
    long buckets = RepeatedLines.buckets(documents.size(), step);
    Map<Long, Integer> counts = new HashMap<>();
    for (Row row : documents) {
      RepeatedLines.hashes(Columns.text(row), step, buckets)
          .forEach(hash -> counts.merge(hash, 1, Integer::sum));
    }
    var repeated = new LongSet(16);
    counts.forEach((hash, count) -> {
      if (count > step.moreThan()) repeated.add(hash);
    });
    return new Named(
        step.name(), () -> document -> RepeatedLines.remove(document, repeated, step, buckets));
  }

  @Override
  List<Row> counts(List<Row> rows) {
    // Rows are few: each is a group of its own.
    return rows.stream().map(Columns::counts).toList();
  }
}
