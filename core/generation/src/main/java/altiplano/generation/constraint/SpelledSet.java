package altiplano.generation.constraint;

import altiplano.generation.constraint.Nfa.One;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The bytes of a set of code points as a small automaton, to be copied wherever the set is read.
///
/// States count from 0; 0 is before the first byte, 1 after the last.
///
/// @param states their number
record SpelledSet(int states, List<Edge> edges) {
  static final int START = 0;
  static final int END = 1;

  record Edge(int from, int first, int last, int target) {}

  static SpelledSet of(One one) {
    var edges = new ArrayList<Edge>();
    // Equal rests on the way to the end share their states.
    Map<List<CodePoints>, Integer> rests = new HashMap<>(Map.of(List.of(), END));
    int states = 2;
    for (List<CodePoints> bytes : Spellings.of(one.set(), one.spelling())) {
      int at = START;
      for (int i = 0; i < bytes.size(); i++) {
        var rest = bytes.subList(i + 1, bytes.size());
        Integer known = rests.get(rest);
        int from = at;
        int next = known == null ? states++ : known;
        bytes.get(i).forEachRange((first, last) -> edges.add(new Edge(from, first, last, next)));
        if (known != null) break;
        rests.put(rest, next);
        at = next;
      }
    }
    return new SpelledSet(states, List.copyOf(edges));
  }
}
