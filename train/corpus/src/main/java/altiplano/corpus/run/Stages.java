package altiplano.corpus.run;

import altiplano.corpus.Masked;
import altiplano.corpus.recipe.Recipe.Source;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/// Takes documents through the steps of a recipe.
///
/// Neighbouring steps that look at one document at a time run as one stage, the reading with the
/// first of them. What a stage removed stays in its rows, for the account.
///
/// @param <T> rows of a stage, with the columns of [Columns#SCHEMA]
abstract class Stages<T> {
  private final Progress progress;
  private final List<Stage<T>> done = new ArrayList<>();

  Stages(Progress progress) {
    this.progress = progress;
  }

  /// A stage that is done.
  private record Stage<T>(List<String> steps, T rows) {}

  /// Reads the files of all sources and takes their rows through steps.
  abstract T read(List<Source> sources, List<Named> steps);

  /// Takes documents through steps that look at one at a time.
  abstract T apply(T documents, List<Named> steps);

  /// Keeps the rows of a stage where they can be read again and again.
  abstract T keep(T rows, int stage);

  /// Returns the rows of kind document, or the others.
  abstract T select(T rows, boolean documents);

  abstract T union(List<T> parts);

  /// Finds documents that go, or belong together: rows `(key, reason, cluster)`; an empty reason
  /// keeps the document and only says which cluster it belongs to.
  abstract T exactDuplicates(T documents, List<Integer> shippable);

  abstract T nearDuplicates(T documents, Step.NearDuplicates step);

  abstract T remove(T documents, Step step, T removals);

  /// Looks at all documents and returns what is then done to each.
  abstract Named gather(T documents, Step.Gathering step);

  /// Counts rows: `(kind, step, changed, rows, identity_card, mobile, bank_card, email, ip)`.
  abstract List<Row> counts(T rows);

  /// Reads all sources and takes their documents through the steps.
  ///
  /// @return the documents that are left
  T run(List<Source> sources, List<Step> steps) {
    var waiting = new ArrayList<Named>();
    for (Step step : steps) {
      if (step instanceof Step.OneDocument one) {
        waiting.add(Named.of(one));
        continue;
      }
      if (done.isEmpty() || !waiting.isEmpty()) rowStage(sources, waiting);
      progress.says(step.name() + ": comparing documents");
      switch (step) {
        case Step.OneDocument one ->
            throw new IllegalStateException("handled above: " + one.name());
        case Step.ExactDuplicates exact ->
            removeBy(exact, exactDuplicates(documents(), shippable(sources)));
        case Step.NearDuplicates near -> removeBy(near, nearDuplicates(documents(), near));
        case Step.Gathering gathering -> waiting.add(gather(documents(), gathering));
      }
    }
    if (done.isEmpty() || !waiting.isEmpty()) rowStage(sources, waiting);
    return documents();
  }

  private void rowStage(List<Source> sources, List<Named> waiting) {
    var steps = List.copyOf(waiting);
    waiting.clear();
    List<String> names = steps.stream().map(Named::name).toList();
    progress.says((done.isEmpty() ? "reading, " : "") + String.join(", ", names));
    T rows = done.isEmpty() ? read(sources, steps) : apply(documents(), steps);
    done.add(new Stage<>(names, keep(rows, done.size())));
  }

  private void removeBy(Step step, T removals) {
    T rows = remove(documents(), step, removals);
    done.add(new Stage<>(List.of(step.name()), keep(rows, done.size())));
  }

  private T documents() {
    return select(done.getLast().rows, true);
  }

  /// Returns the rows that are no documents any more: removed, rejected, samples.
  T others() {
    return union(done.stream().map(stage -> select(stage.rows, false)).toList());
  }

  /// Counts where everything went.
  Account account() {
    var masked = Masked.NOTHING;
    Account.Builder builder = null;
    long documentsIn = 0;
    long rejected = 0;
    for (Stage<T> stage : done) {
      Map<String, Long> removed = new HashMap<>();
      long[] changed = new long[stage.steps.size()];
      long left = 0;
      for (Row row : counts(stage.rows)) {
        long rows = row.getLong(3);
        switch (row.getString(0)) {
          case Columns.DOCUMENT -> left += rows;
          case Columns.REMOVED -> removed.merge(row.getString(1), rows, Long::sum);
          case Columns.REJECTED -> rejected += rows;
          default -> {}
        }
        if (row.getString(0).equals(Columns.SAMPLE)) continue;
        for (int i = 0; i < changed.length; i++) {
          if ((row.getLong(2) >>> i & 1) != 0) changed[i] += rows;
        }
        masked =
            masked.plus(
                new Masked(
                    (int) row.getLong(4),
                    (int) row.getLong(5),
                    (int) row.getLong(6),
                    (int) row.getLong(7),
                    (int) row.getLong(8)));
      }
      if (builder == null) {
        documentsIn = left + removed.values().stream().mapToLong(Long::longValue).sum();
        builder = new Account.Builder(documentsIn);
      }
      for (int i = 0; i < changed.length; i++) {
        String step = stage.steps.get(i);
        builder.step(step, removed.getOrDefault(step, 0L), changed[i]);
      }
    }
    return new Account(
        documentsIn, rejected, builder == null ? List.of() : builder.steps(), masked);
  }

  private static List<Integer> shippable(List<Source> sources) {
    var numbers = new ArrayList<Integer>();
    for (int i = 0; i < sources.size(); i++) if (sources.get(i).shippable()) numbers.add(i);
    return numbers;
  }
}
