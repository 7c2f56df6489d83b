package altiplano.corpus.run;

import altiplano.corpus.Document;
import altiplano.corpus.read.InputRow;
import altiplano.corpus.read.RowReader;
import altiplano.corpus.run.Columns.Place;
import altiplano.corpus.steps.RowPipeline;
import altiplano.corpus.steps.RowPipeline.Named;
import altiplano.corpus.steps.Units;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/// Runs steps that look at one document at a time over a partition.
final class RowStage {
  private RowStage() {}

  /// Over documents of an earlier stage.
  static MapPartitionsFunction<Row, Row> overDocuments(List<Named> steps) {
    return rows ->
        new Stage(steps) {
          @Override
          boolean advance() {
            if (!rows.hasNext()) return false;
            Row row = rows.next();
            process(Place.of(row), Columns.documentOf(row));
            return true;
          }
        };
  }

  /// Over files, whose rows become documents on the way: `(number, path, source, field)`.
  static MapPartitionsFunction<Row, Row> overFiles(List<Named> steps) {
    return files ->
        new Stage(steps) {
          private Iterator<InputRow> open = List.<InputRow>of().iterator();
          private AutoCloseable closing = () -> {};
          private int file;
          private int source;

          @Override
          boolean advance() {
            while (!open.hasNext()) {
              close();
              if (!files.hasNext()) return false;
              Row next = files.next();
              file = next.getInt(0);
              source = next.getInt(2);
              var reader = new RowReader(next.getString(1), next.getString(3));
              open = reader;
              closing = reader;
            }
            switch (open.next()) {
              case InputRow.Accepted(Document document, _) ->
                  process(place(document.row()), document);
              case InputRow.Rejected(String path, long row, String reason, String text) -> {
                var start = text.substring(0, Math.min(text.length(), 4_000));
                add(
                    Columns.rejected(
                        place(row),
                        Document.read(path, row, Document.Format.PLAIN, start),
                        reason));
              }
            }
            return true;
          }

          private Place place(long row) {
            long key = Columns.key(file, row);
            return new Place(key, source, Units.mix(key));
          }

          private void close() {
            try {
              closing.close();
            } catch (IOException failed) {
              throw new UncheckedIOException(failed);
            } catch (Exception failed) {
              throw new IllegalStateException(failed);
            }
          }
        };
  }

  private abstract static class Stage implements Iterator<Row> {
    private final RowPipeline pipeline;
    private final Samples samples;
    private final Queue<Row> ready = new ArrayDeque<>();
    private boolean ended;

    Stage(List<Named> steps) {
      pipeline = new RowPipeline(steps);
      samples = new Samples(steps.stream().map(Named::name).toList());
    }

    /// Takes one row of the input and adds what comes of it; false at the end.
    abstract boolean advance();

    void add(Row row) {
      ready.add(row);
    }

    void process(Place place, Document document) {
      var trace =
          pipeline.apply(
              document, (step, before, after) -> samples.add(step, place, document, before, after));
      add(
          trace
              .removal()
              .map(removal ->
                  Columns.removed(
                      place, trace.document(), removal.step(), removal.why(), trace.changed()))
              .orElseGet(() -> Columns.document(place, trace.document(), trace.changed())));
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && !ended) {
        if (advance()) continue;
        ended = true;
        ready.addAll(samples.rows());
      }
      return !ready.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) throw new NoSuchElementException();
      return ready.remove();
    }
  }
}
