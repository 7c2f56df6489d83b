package altiplano.training.data;

import altiplano.training.data.Rows.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// Questions that are put to another passage, where nothing answers them: without such, a model
/// never learns that an answer may be missing.
public final class UnanswerableQuestions {
  /// Passages that are tried for one question.
  private static final int TRIES = 8;

  private UnanswerableQuestions() {}

  /// Returns the rows with unanswerable ones behind.
  ///
  /// @param share of the result that is made so; what the rows themselves lack aside
  public static List<Reading> added(List<Reading> rows, double share, long seed) {
    var all = new ArrayList<>(rows);
    var random = new SplittableRandom(seed);
    double wanted = rows.size() * share / (1 - share);
    for (int i = 0; i < 2 * wanted && all.size() < rows.size() + wanted; i++) {
      elsewhere(rows.get(random.nextInt(rows.size())), rows, random).ifPresent(all::add);
    }
    return List.copyOf(all);
  }

  private static Optional<Reading> elsewhere(
      Reading asked, List<Reading> rows, SplittableRandom random) {
    if (asked.answer().isEmpty()) return Optional.empty();
    var span = asked.answer().get();
    String answer = asked.text().substring(span.start(), span.end());
    for (int i = 0; i < TRIES; i++) {
      String passage = rows.get(random.nextInt(rows.size())).passage();
      if (!passage.equals(asked.passage()) && !passage.contains(answer)) {
        return Optional.of(new Reading(asked.question(), passage, Optional.empty()));
      }
    }
    return Optional.empty();
  }
}
