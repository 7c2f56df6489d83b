package altiplano.tasks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A label, and how probable each label was.
///
/// @param probabilities in the order in which the labels were given; their sum is 1
public record Classification(String label, Map<String, Double> probabilities, Usage usage) {
  public Classification {
    probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
  }
}
