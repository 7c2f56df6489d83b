package altiplano.generation.constraint;

import altiplano.generation.ConstraintException;
import altiplano.generation.constraint.EdgeTable.EdgeConsumer;
import altiplano.generation.constraint.Nfa.Edge;
import altiplano.generation.constraint.Nfa.One;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A [Grammar] lowered to bytes: one automaton a rule, all in one table of states.
///
/// A state has edges over nothing, over a range of bytes, or over a text of another rule. States
/// from which no text can be finished are left out of every answer, so whoever follows the edges
/// never meets a dead end.
final class ByteGrammar {
  /// Reads a byte from `first` to `last`.
  record ByteEdge(int first, int last, int target) {}

  /// Reads a text of `rule`, then goes on at `target`.
  record CallEdge(int rule, int target) {}

  /// What can be done from a state without reading anything.
  ///
  /// @param accepts whether the rule may end here
  record Closure(List<ByteEdge> bytes, List<CallEdge> calls, boolean accepts) {
    /// Returns whether all that can be done is to end the rule.
    boolean onlyAccepts() {
      return bytes.isEmpty() && calls.isEmpty();
    }
  }

  private final EdgeTable byteEdges = new EdgeTable();
  private final EdgeTable callEdges = new EdgeTable();
  private final EdgeTable emptyEdges = new EdgeTable();
  private final List<String> names = new ArrayList<>();
  private final int[] starts;
  private final BitSet accepts = new BitSet();
  private final int root;
  private final BitSet finishing;
  private final BitSet emptyFinishing;
  private final @Nullable Closure[] closures;
  private final int[] rank;
  private int states;

  /// @throws ConstraintException if the grammar calls a missing rule, is left-recursive or accepts
  ///   no text
  ByteGrammar(Grammar grammar) {
    var inlined = Inlining.of(grammar);
    var numbers = new HashMap<String, Integer>();
    grammar
        .rules()
        .forEach((name, _) -> {
          if (inlined.containsKey(name)) return;
          numbers.put(name, names.size());
          names.add(name);
        });
    root = number(grammar.root(), numbers);
    starts = new int[names.size()];
    var spelled = new HashMap<One, SpelledSet>();
    for (int rule = 0; rule < starts.length; rule++) {
      Expression body = grammar.rules().getOrDefault(names.get(rule), Expression.nothing());
      Nfa nfa = Nfa.of(body, inlined).withoutAssertions();
      starts[rule] = states + Nfa.START;
      accepts.set(states + Nfa.ACCEPT);
      lower(nfa, numbers, spelled);
    }
    finishing = statesReachingTheEnd(true);
    emptyFinishing = statesReachingTheEnd(false);
    if (!finishing.get(starts[root])) {
      throw new ConstraintException(
          "the constraint accepts no text: its requirements exclude each other, or it recurs"
              + " without end");
    }
    closures = new Closure[states];
    rank = ranks();
  }

  int root() {
    return root;
  }

  int start(int rule) {
    return starts[rule];
  }

  /// Returns a number for a rule that is higher than those of all rules that can call it before
  /// reading anything.
  int rank(int rule) {
    return rank[rule];
  }

  /// Returns the bytes at which the answers of some state change: firsts of ranges, and what
  /// follows their lasts.
  BitSet boundaries() {
    var boundaries = new BitSet();
    boundaries.set(0);
    byteEdges.forEachLabel(range -> {
      boundaries.set(first(range));
      boundaries.set(last(range) + 1);
    });
    return boundaries;
  }

  private static int range(int first, int last) {
    return first << Byte.SIZE | last;
  }

  private static int first(int range) {
    return range >> Byte.SIZE;
  }

  private static int last(int range) {
    return range & 0xff;
  }

  private static int number(String rule, Map<String, Integer> numbers) {
    Integer number = numbers.get(rule);
    if (number == null) {
      throw new ConstraintException(
          "the grammar uses the rule '%s', which it lacks".formatted(rule));
    }
    return number;
  }

  private void lower(Nfa nfa, Map<String, Integer> numbers, Map<One, SpelledSet> spelled) {
    int base = states;
    states += nfa.states();
    for (int state = 0; state < nfa.states(); state++) {
      int from = base + state;
      for (Edge edge : nfa.edges(state)) {
        int to = base + edge.target();
        switch (edge.label()) {
          case Nfa.Nothing _ -> emptyEdges.add(from, 0, to);
          case Nfa.Rule(String name) -> callEdges.add(from, number(name, numbers), to);
          case Nfa.Where(var assertion) ->
              throw new IllegalStateException("an assertion was left: " + assertion);
          case One one -> copy(spelled.computeIfAbsent(one, SpelledSet::of), from, to);
        }
      }
    }
  }

  private void copy(SpelledSet set, int from, int to) {
    int offset = states - 2;
    for (SpelledSet.Edge edge : set.edges()) {
      int source = edge.from() == SpelledSet.START ? from : offset + edge.from();
      int target = edge.target() == SpelledSet.END ? to : offset + edge.target();
      byteEdges.add(source, range(edge.first(), edge.last()), target);
    }
    states += set.states() - 2;
  }

  /// Returns what can be done from a state, made when it is first asked for.
  Closure closure(int state) {
    Closure known = closures[state];
    if (known != null) return known;
    var bytes = new ArrayList<ByteEdge>();
    var calls = new ArrayList<CallEdge>();
    boolean accepting = false;
    var reached = new BitSet();
    var pending = new ArrayDeque<Integer>();
    IntConsumer reach =
        next -> {
          if (!finishing.get(next) || reached.get(next)) return;
          reached.set(next);
          pending.add(next);
        };
    reach.accept(state);
    for (Integer at = pending.poll(); at != null; at = pending.poll()) {
      accepting |= accepts.get(at);
      emptyEdges.forEach(at, (_, target) -> reach.accept(target));
      byteEdges.forEach(
          at,
          (range, target) -> {
            if (finishing.get(target)) bytes.add(new ByteEdge(first(range), last(range), target));
          });
      callEdges.forEach(
          at,
          (rule, target) -> {
            if (!finishing.get(target) || !finishing.get(starts[rule])) return;
            calls.add(new CallEdge(rule, target));
            if (emptyFinishing.get(starts[rule])) reach.accept(target);
          });
    }
    var closure = new Closure(List.copyOf(bytes), List.copyOf(calls), accepting);
    closures[state] = closure;
    return closure;
  }

  /// Returns the states from which their rule's end can be reached.
  ///
  /// @param reading whether bytes may be read on the way
  private BitSet statesReachingTheEnd(boolean reading) {
    record Caller(int state, int start, int target) {}
    var before = new EdgeTable();
    var callersByTarget = new HashMap<Integer, List<Caller>>();
    var callersByStart = new HashMap<Integer, List<Caller>>();
    for (int state = 0; state < states; state++) {
      int from = state;
      EdgeConsumer reverse = (_, after) -> before.add(after, 0, from);
      emptyEdges.forEach(from, reverse);
      if (reading) byteEdges.forEach(from, reverse);
      callEdges.forEach(
          from,
          (rule, target) -> {
            var caller = new Caller(from, starts[rule], target);
            callersByTarget.computeIfAbsent(target, _ -> new ArrayList<>()).add(caller);
            callersByStart.computeIfAbsent(starts[rule], _ -> new ArrayList<>()).add(caller);
          });
    }
    var reaching = new BitSet();
    var pending = new ArrayDeque<Integer>();
    IntConsumer reach =
        state -> {
          if (reaching.get(state)) return;
          reaching.set(state);
          pending.add(state);
        };
    accepts.stream().forEach(reach);
    for (Integer at = pending.poll(); at != null; at = pending.poll()) {
      before.forEach(at, (_, source) -> reach.accept(source));
      for (Caller caller : callersByTarget.getOrDefault(at, List.of())) {
        if (reaching.get(caller.start)) reach.accept(caller.state);
      }
      for (Caller caller : callersByStart.getOrDefault(at, List.of())) {
        if (reaching.get(caller.target)) reach.accept(caller.state);
      }
    }
    return reaching;
  }

  /// Orders the rules by who calls whom before reading anything, callers first.
  private int[] ranks() {
    int[] ranks = new int[starts.length];
    var visiting = new BitSet();
    var visited = new BitSet();
    int[] next = {starts.length};
    for (int rule = 0; rule < starts.length; rule++) visit(rule, visiting, visited, ranks, next);
    return ranks;
  }

  private void visit(int rule, BitSet visiting, BitSet visited, int[] ranks, int[] next) {
    if (visited.get(rule)) return;
    if (visiting.get(rule)) {
      throw new ConstraintException(
          "the rule '%s' is left-recursive: it can call itself before it reads anything. Write the"
                  .formatted(names.get(rule))
              + " repetition as (...)* or with the recursion at the end.");
    }
    visiting.set(rule);
    for (CallEdge call : closure(starts[rule]).calls) {
      visit(call.rule, visiting, visited, ranks, next);
    }
    visited.set(rule);
    ranks[rule] = --next[0];
  }
}
