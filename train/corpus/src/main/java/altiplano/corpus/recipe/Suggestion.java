package altiplano.corpus.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/// The name that was probably meant.
final class Suggestion {
  private Suggestion() {}

  /// Returns a remedy: the nearest of the known names, or all of them.
  static String of(String unknown, Collection<String> known) {
    if (known.isEmpty()) return "remove it: there are no settings here";
    var distance = LevenshteinDistance.getDefaultInstance();
    Optional<String> nearest =
        known.stream().min(Comparator.comparingInt(name -> distance.apply(unknown, name)));
    int limit = Math.max(2, unknown.length() / 3);
    return nearest
        .filter(name -> distance.apply(unknown, name) <= limit)
        .map("did you mean '%s'?"::formatted)
        .orElseGet(() -> "known are " + String.join(", ", known.stream().sorted().toList()));
  }
}
