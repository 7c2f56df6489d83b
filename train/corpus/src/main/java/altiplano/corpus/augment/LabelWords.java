package altiplano.corpus.augment;

import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which words a label may hang on: those stay, and none of them comes in.
///
/// Neighbours in a space of word vectors are often opposites (好 and 差, good and bad), since they
/// stand in the same places. So with labelled rows a word is changed only if it is known to be
/// neutral: [#ENOUGH] rows or more hold it, and it is about as frequent under each label as chance
/// has it (less than [#LIMIT] standard deviations off). Negations are never changed, labels or not.
public final class LabelWords implements Serializable {
  private static final long serialVersionUID = 1L;

  /// Rows that must hold a word before anything is known of it.
  static final int ENOUGH = 5;

  /// Standard deviations of a binomial count.
  static final double LIMIT = 2;

  /// Chinese words that begin with one of these say no, or may; 非常 and 未来 are kept with them.
  private static final String CHINESE_NEGATIONS = "不没无未非勿莫毋别否";

  private static final Set<String> NEGATIONS =
      Set.of(
          "no",
          "not",
          "never",
          "none",
          "nor",
          "neither",
          "without",
          "cannot",
          "nothing",
          "nobody",
          "nowhere",
          "hardly",
          "scarcely",
          "barely",
          "毫无",
          "毫不",
          "决不",
          "绝不",
          "从不",
          "并非",
          "并不");

  /// Empty where rows have no labels.
  private final HashSet<String> neutral;

  private final boolean labelled;

  private LabelWords(boolean labelled, Set<String> neutral) {
    this.labelled = labelled;
    this.neutral = new HashSet<>(neutral);
  }

  /// For rows without labels: only negations are kept.
  public static LabelWords unlabelled() {
    return new LabelWords(false, Set.of());
  }

  /// How many rows of a label hold a word.
  public record Count(String word, String label, long rows) {}

  /// For labelled rows.
  ///
  /// @param rows of each label
  /// @param counts of all words
  public static LabelWords of(Map<String, Long> rows, List<Count> counts) {
    long all = rows.values().stream().mapToLong(Long::longValue).sum();
    var byWord = new HashMap<String, Map<String, Long>>();
    for (Count count : counts) {
      byWord
          .computeIfAbsent(count.word, w -> new HashMap<>())
          .merge(count.label, count.rows, Long::sum);
    }
    var neutral = new HashSet<String>();
    byWord.forEach((word, labels) -> {
      long holding = labels.values().stream().mapToLong(Long::longValue).sum();
      if (holding < ENOUGH) return;
      boolean even = true;
      for (var label : rows.entrySet()) {
        double share = (double) label.getValue() / all;
        double expected = holding * share;
        double deviation = Math.sqrt(holding * share * (1 - share));
        double found = labels.getOrDefault(label.getKey(), 0L);
        // With one label for all rows there is nothing to lose.
        if (deviation > 0 && Math.abs(found - expected) >= LIMIT * deviation) even = false;
      }
      if (even) neutral.add(word);
    });
    return new LabelWords(true, neutral);
  }

  /// Returns whether a word may be changed, deleted, moved, or put in.
  public boolean mayChange(String word) {
    if (word.isEmpty() || CHINESE_NEGATIONS.indexOf(word.charAt(0)) >= 0) return false;
    if (NEGATIONS.contains(word) || word.endsWith("n't") || word.endsWith("n’t")) return false;
    return !labelled || neutral.contains(word);
  }
}
