package altiplano.generation.constraint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Rules over code points.
///
/// @param rules by name; calls inside must name a rule of the map
/// @param root the rule that the whole text must match
public record Grammar(Map<String, Expression> rules, String root) {
  public Grammar {
    rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
  }

  /// Returns the grammar of a few texts.
  public static Grammar choice(List<String> texts) {
    return of(Expression.texts(texts));
  }

  /// Returns the grammar of all parts of a text, and of other texts.
  public static Grammar partOf(String source, List<String> others) {
    return of(
        Expression.choice(new Expression.Machine(Nfa.partsOf(source)), Expression.texts(others)));
  }

  static Grammar of(Expression expression) {
    return new Grammar(Map.of("root", expression), "root");
  }
}
