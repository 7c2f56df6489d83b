package altiplano.training.data;

import altiplano.files.Json;
import altiplano.shards.ShuffledOrder;
import altiplano.training.data.DataFiles.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/// The rows of one kind that a task is learnt from, some of them held out.
///
/// @param training in file order
/// @param heldOut for validation
/// @param <T> what a row is read as
public record TaskRows<T>(List<T> training, List<T> heldOut) {

  /// Reads files; rows of another kind or with wrong values are counted and reported, not fatal.
  ///
  /// @param read makes a value of a row, or is empty for a row of another kind
  /// @param share of rows that is held out, chosen by the seed
  /// @param report receives one line a file that had bad rows
  /// @throws DataException if no row is left
  public static <T> TaskRows<T> read(
      List<Path> files,
      Function<Row, Optional<T>> read,
      double share,
      long seed,
      Consumer<String> report)
      throws IOException {
    var training = new ArrayList<T>();
    var heldOut = new ArrayList<T>();
    var random = new SplittableRandom(seed);
    for (Path file : files) {
      var bad = new ArrayList<String>();
      DataFiles.read(
          file,
          row -> {
            try {
              Optional<T> value = read.apply(row);
              if (value.isEmpty()) return;
              (random.nextDouble() < share ? heldOut : training).add(value.get());
            } catch (DataException wrong) {
              bad.add("line %d: %s".formatted(row.line(), wrong.getMessage()));
            }
          });
      if (!bad.isEmpty()) {
        report.accept(
            "%s: %,d bad rows left out, the first at %s"
                .formatted(file.getFileName(), bad.size(), bad.getFirst()));
      }
    }
    if (training.isEmpty()) {
      throw new DataException(
          "%s: no row of the kind that the objective learns from. docs/training.md has the schemas."
              .formatted(files.getFirst()));
    }
    return new TaskRows<>(List.copyOf(training), List.copyOf(heldOut));
  }

  /// Returns the row at a position of the endless reshuffled stream of training rows.
  public T at(long position, long seed) {
    long epoch = position / training.size();
    var order = new ShuffledOrder(training.size(), seed * 31 + epoch);
    return training.get((int) order.at(position % training.size()));
  }

  // ---- the members of rows ----

  static String text(Json.ObjectValue row, String key) {
    if (row.get(key).orElse(null) instanceof Json.TextValue(String text) && !text.isBlank()) {
      return text;
    }
    throw new DataException("'%s' is no text".formatted(key));
  }

  static List<Json> list(Json.ObjectValue row, String key) {
    if (row.get(key).orElse(null) instanceof Json.ArrayValue(var elements)) return elements;
    throw new DataException("'%s' is no list".formatted(key));
  }

  static int integer(Json.ObjectValue row, String key) {
    if (row.get(key).orElse(null) instanceof Json.NumberValue(var number)
        && number.stripTrailingZeros().scale() <= 0) {
      return number.intValue();
    }
    throw new DataException("'%s' is no whole number".formatted(key));
  }
}
