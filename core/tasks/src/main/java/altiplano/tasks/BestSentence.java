package altiplano.tasks;

import altiplano.tasks.Span.Alignment;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The sentence that has most of a question's words: what a collection can answer without a model
/// that reads well.
///
/// @param span where it stands in its passage
/// @param share of the question's words that it has, from 0 to 1
record BestSentence(Passage passage, Span span, double share) {
  private static final Pattern SENTENCE =
      Pattern.compile(
          "[^\\s。\uff01\uff1f](?:[^。\uff01\uff1f.!?\\n]|[.!?](?!\\s|$))*[。\uff01\uff1f.!?]?");

  /// @param passages best first: of equal sentences the earlier counts
  static Optional<BestSentence> of(String question, List<Passage> passages) {
    var wanted = Terms.of(question).keySet();
    Optional<BestSentence> best = Optional.empty();
    for (Passage passage : passages) {
      for (Matcher match = SENTENCE.matcher(passage.text()); match.find(); ) {
        var common = new HashSet<>(Terms.of(match.group()).keySet());
        common.retainAll(wanted);
        double share = wanted.isEmpty() ? 0 : (double) common.size() / wanted.size();
        if (best.isPresent() && best.get().share >= share) continue;
        var span =
            new Span(
                match.group(),
                OptionalInt.of(match.start()),
                OptionalInt.of(match.end()),
                Alignment.EXACT,
                false);
        best = Optional.of(new BestSentence(passage, span, share));
      }
    }
    return best;
  }
}
