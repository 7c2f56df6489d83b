package altiplano.tasks;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// How a text feels about its subject.
///
/// @param probabilities of all moods; their sum is 1
/// @param scale on which the text was judged
public record Sentiment(Mood label, Map<Mood, Double> probabilities, Scale scale, Usage usage) {
  public Sentiment {
    probabilities = Collections.unmodifiableMap(new EnumMap<>(probabilities));
  }

  /// Returns one number for the mood: from -1, surely bad, to 1, surely good.
  public double score() {
    return probabilities.getOrDefault(Mood.POSITIVE, 0.0)
        - probabilities.getOrDefault(Mood.NEGATIVE, 0.0);
  }

  public enum Mood {
    POSITIVE,
    NEGATIVE,
    NEUTRAL
  }

  /// What good and bad mean.
  public enum Scale {
    /// A customer's or reader's opinion.
    REVIEW,
    /// What news means for a company or a market.
    FINANCE
  }
}
