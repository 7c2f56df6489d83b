package altiplano.generation.constraint;

import altiplano.generation.ConstraintException;
import altiplano.generation.constraint.Expression.Assertion;
import altiplano.generation.constraint.Expression.Call;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Machine;
import altiplano.generation.constraint.Expression.Quoted;
import altiplano.generation.constraint.Expression.Repeat;
import altiplano.generation.constraint.Expression.Sequence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A nondeterministic automaton over code points, built by Thompson's construction.
///
/// State 0 is the start and has no edge into it; state 1 accepts and has none out of it.
final class Nfa {
  static final int START = 0;
  static final int ACCEPT = 1;

  /// Enough for the longest formats, small enough that a hostile repetition is refused quickly.
  private static final int MOST_STATES = 500_000;

  /// What is read on the way from one state to the next.
  sealed interface Label {}

  /// Nothing.
  record Nothing() implements Label {}

  /// Nothing, where the assertion holds.
  record Where(Assertion assertion) implements Label {}

  /// One code point, spelled as `spelling` says.
  record One(CodePoints set, Spelling spelling) implements Label {}

  /// A text of another rule.
  record Rule(String name) implements Label {}

  record Edge(Label label, int target) {}

  /// How a code point is written.
  enum Spelling {
    /// As itself, in UTF-8.
    PLAIN,
    /// In a JSON string: as itself where JSON allows it, and by each of its escapes.
    JSON,
    /// In a JSON string: as itself, or by its escapes where JSON or ASCII need them.
    JSON_CANONICAL
  }

  private static final Label NOTHING = new Nothing();
  private static final CodePoints NEW_LINES = CodePoints.of('\n');

  private final List<List<Edge>> edges = new ArrayList<>();

  private final Map<String, Expression> inlined;

  /// Makes an automaton that accepts nothing yet.
  Nfa() {
    this(Map.of());
  }

  private Nfa(Map<String, Expression> inlined) {
    this.inlined = inlined;
    newState();
    newState();
  }

  static Nfa of(Expression expression) {
    return of(expression, Map.of());
  }

  /// As [#of(Expression)], with the bodies of some rules in place of calls.
  static Nfa of(Expression expression, Map<String, Expression> inlined) {
    var nfa = new Nfa(inlined);
    nfa.add(START, expression, ACCEPT);
    return nfa;
  }

  /// Returns the automaton of all parts of a text that are not empty.
  static Nfa partsOf(String text) {
    var nfa = new Nfa();
    int at = nfa.newState();
    nfa.add(START, NOTHING, at);
    for (int c : text.codePoints().toArray()) {
      int next = nfa.newState();
      nfa.add(at, new One(CodePoints.of(c), Spelling.PLAIN), next);
      nfa.add(START, NOTHING, next);
      // The last character of a part leads to the end.
      nfa.add(at, new One(CodePoints.of(c), Spelling.PLAIN), ACCEPT);
      at = next;
    }
    return nfa;
  }

  int states() {
    return edges.size();
  }

  List<Edge> edges(int state) {
    return edges.get(state);
  }

  int newState() {
    if (edges.size() == MOST_STATES) {
      throw new ConstraintException(
          "the constraint needs more than %,d states. Use smaller repetitions or lengths."
              .formatted(MOST_STATES));
    }
    edges.add(new ArrayList<>(2));
    return edges.size() - 1;
  }

  void add(int from, Label label, int to) {
    edges.get(from).add(new Edge(label, to));
  }

  /// Adds paths between two states for the texts of `expression`.
  void add(int from, Expression expression, int to) {
    switch (expression) {
      case Characters(CodePoints set) -> add(from, new One(set, Spelling.PLAIN), to);
      case Call(String rule) -> {
        Expression body = inlined.get(rule);
        if (body == null) add(from, new Rule(rule), to);
        else add(from, body, to);
      }
      case Assertion assertion -> add(from, new Where(assertion), to);
      case Sequence(List<Expression> parts) -> {
        int at = from;
        for (int i = 0; i < parts.size(); i++) {
          int next = i == parts.size() - 1 ? to : newState();
          add(at, parts.get(i), next);
          at = next;
        }
        if (parts.isEmpty()) add(from, NOTHING, to);
      }
      case Choice(List<Expression> options) -> options.forEach(option -> add(from, option, to));
      case Repeat(Expression part, int min, int max) -> addRepeat(from, part, min, max, to);
      case Machine(Nfa nfa) -> addCopy(from, nfa, Optional.empty(), to);
      case Quoted(Nfa nfa, Spelling spelling) -> {
        int opened = newState();
        int closed = newState();
        add(from, Expression.text("\""), opened);
        addCopy(opened, nfa, Optional.of(spelling), closed);
        add(closed, Expression.text("\""), to);
      }
    }
  }

  private void addCopy(int from, Nfa nfa, Optional<Spelling> spelling, int to) {
    int offset = states();
    for (int state = 0; state < nfa.states(); state++) newState();
    for (int state = 0; state < nfa.states(); state++) {
      for (Edge edge : nfa.edges(state)) {
        int target = offset + edge.target;
        switch (edge.label) {
          case One(CodePoints set, Spelling plain) ->
              add(offset + state, new One(set, spelling.orElse(plain)), target);
          case Rule(String name) -> add(offset + state, new Call(name), target);
          case Nothing _, Where _ -> add(offset + state, edge.label, target);
        }
      }
    }
    add(from, NOTHING, offset + START);
    add(offset + ACCEPT, NOTHING, to);
  }

  private void addRepeat(int from, Expression part, int min, int max, int to) {
    int at = from;
    for (int i = 0; i < min; i++) {
      int next = newState();
      add(at, part, next);
      at = next;
    }
    if (max == Repeat.UNBOUNDED) {
      int loop = newState();
      add(at, NOTHING, loop);
      add(loop, part, loop);
      add(loop, NOTHING, to);
      return;
    }
    for (int i = min; i < max; i++) {
      int next = newState();
      add(at, NOTHING, to);
      add(at, part, next);
      at = next;
    }
    add(at, NOTHING, to);
  }

  /// Returns the automaton of the texts that both accept; calls and assertions are not allowed.
  Nfa and(Nfa other) {
    record Pair(int left, int right) {}
    var walk = new Walk<>(new Pair(START, START), new Pair(ACCEPT, ACCEPT));
    for (Pair at = walk.next(); at != null; at = walk.next()) {
      int from = walk.state(at);
      for (Edge left : edges(at.left)) {
        if (left.label instanceof One(CodePoints set, Spelling spelling)) {
          for (Edge right : other.edges(at.right)) {
            if (!(right.label instanceof One(CodePoints limit, _))) continue;
            CodePoints common = set.and(limit);
            if (common.isEmpty()) continue;
            int to = walk.state(new Pair(left.target, right.target));
            walk.nfa.add(from, new One(common, spelling), to);
          }
        } else {
          walk.nfa.add(from, NOTHING, walk.state(new Pair(left.target, at.right)));
        }
      }
      for (Edge right : other.edges(at.right)) {
        if (right.label instanceof One) continue;
        walk.nfa.add(from, NOTHING, walk.state(new Pair(at.left, right.target)));
      }
    }
    return walk.nfa;
  }

  /// Returns an automaton of the same texts without assertions.
  ///
  /// Its states also know what stands before them, and which of the things that may come next no
  /// assertion has excluded yet.
  Nfa withoutAssertions() {
    if (edges.stream().flatMap(List::stream).noneMatch(edge -> edge.label instanceof Where)) {
      return this;
    }
    record Place(int state, Neighbour before, Set<Neighbour> after) {}
    var anything = Set.of(Neighbour.values());
    var accept = new Place(ACCEPT, Neighbour.EDGE, Set.of());
    var walk = new Walk<>(new Place(START, Neighbour.EDGE, anything), accept);
    for (Place at = walk.next(); at != null; at = walk.next()) {
      int from = walk.state(at);
      if (at.state == ACCEPT && at.after.contains(Neighbour.EDGE)) {
        walk.nfa.add(from, NOTHING, ACCEPT);
      }
      for (Edge edge : edges(at.state)) {
        switch (edge.label) {
          case One(CodePoints set, Spelling spelling) -> {
            for (Neighbour kind : at.after) {
              CodePoints common = kind.of(set);
              if (common.isEmpty()) continue;
              int to = walk.state(new Place(edge.target, kind, anything));
              walk.nfa.add(from, new One(common, spelling), to);
            }
          }
          case Where(Assertion assertion) -> {
            var after = EnumSet.noneOf(Neighbour.class);
            for (var next : at.after) if (holds(assertion, at.before, next)) after.add(next);
            if (after.isEmpty()) continue;
            walk.nfa.add(from, NOTHING, walk.state(new Place(edge.target, at.before, after)));
          }
          case Nothing _, Rule _ ->
              walk.nfa.add(
                  from, edge.label, walk.state(new Place(edge.target, at.before, at.after)));
        }
      }
    }
    return walk.nfa;
  }

  private static boolean holds(Assertion assertion, Neighbour before, Neighbour after) {
    return switch (assertion) {
      case TEXT_START -> before == Neighbour.EDGE;
      case TEXT_END -> after == Neighbour.EDGE;
      case LINE_START -> before == Neighbour.EDGE || before == Neighbour.NEW_LINE;
      case LINE_END -> after == Neighbour.EDGE || after == Neighbour.NEW_LINE;
      case WORD_BOUNDARY -> (before == Neighbour.WORD) != (after == Neighbour.WORD);
      case NO_WORD_BOUNDARY -> (before == Neighbour.WORD) == (after == Neighbour.WORD);
    };
  }

  /// What can stand beside a position, as far as assertions care.
  private enum Neighbour {
    /// The start or end of the text.
    EDGE,
    WORD,
    NEW_LINE,
    OTHER;

    private CodePoints of(CodePoints set) {
      return switch (this) {
        case EDGE -> CodePoints.NONE;
        case WORD -> set.and(RegexParser.WORD);
        case NEW_LINE -> set.and(NEW_LINES);
        case OTHER -> set.minus(RegexParser.WORD.or(NEW_LINES));
      };
    }
  }

  /// Builds an automaton whose states are what is reached from a start.
  private static final class Walk<T> {
    final Nfa nfa = new Nfa();
    private final Map<T, Integer> states = new HashMap<>();
    private final ArrayDeque<T> pending = new ArrayDeque<>();

    Walk(T start, T accept) {
      states.put(start, START);
      states.put(accept, ACCEPT);
      pending.add(start);
    }

    int state(T place) {
      Integer known = states.get(place);
      if (known != null) return known;
      pending.add(place);
      states.put(place, nfa.newState());
      return nfa.states() - 1;
    }

    @Nullable T next() {
      return pending.poll();
    }
  }
}
