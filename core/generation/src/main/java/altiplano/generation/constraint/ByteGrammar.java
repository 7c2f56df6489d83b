package altiplano.generation.constraint;

import altiplano.generation.ConstraintException;
import altiplano.generation.constraint.Nfa.Edge;
import altiplano.generation.constraint.Nfa.One;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A [Grammar] lowered to bytes: one automaton a rule, all in one table of states.
///
/// A state has edges over nothing, over a range of bytes, or over a text of another rule. States
/// from which no text can be finished are left out of every answer, so whoever follows the edges
/// never meets a dead end.
final class ByteGrammar {
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

  private final List<List<ByteEdge>> byteEdges = new ArrayList<>();
  private final List<List<CallEdge>> callEdges = new ArrayList<>();
  private final List<List<Integer>> emptyEdges = new ArrayList<>();
  private final List<@Nullable Closure> closures = new ArrayList<>();
  private final List<String> names;
  private final int[] starts;
  private final BitSet accepts = new BitSet();
  private final int root;
  private final BitSet finishing;
  private final BitSet emptyFinishing;
  private final int[] rank;

  /// @throws ConstraintException if the grammar calls a missing rule, is left-recursive or accepts
  ///   no text
  ByteGrammar(Grammar grammar) {
    names = List.copyOf(grammar.rules().keySet());
    var numbers = new HashMap<String, Integer>();
    for (int rule = 0; rule < names.size(); rule++) numbers.put(names.get(rule), rule);
    root = number(grammar.root(), numbers);
    starts = new int[names.size()];
    for (int rule = 0; rule < starts.length; rule++) {
      Expression body = grammar.rules().getOrDefault(names.get(rule), Expression.nothing());
      Nfa nfa = Nfa.of(body).withoutAssertions();
      int base = states();
      for (int i = 0; i < nfa.states(); i++) newState();
      starts[rule] = base + Nfa.START;
      accepts.set(base + Nfa.ACCEPT);
      lower(nfa, base, numbers);
    }
    finishing = statesReachingTheEnd(true);
    emptyFinishing = statesReachingTheEnd(false);
    if (!finishing.get(starts[root])) {
      throw new ConstraintException(
          "the constraint accepts no text: its requirements exclude each other, or it recurs"
              + " without end");
    }
    rank = ranks();
  }

  int states() {
    return byteEdges.size();
  }

  int rules() {
    return starts.length;
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

  List<List<ByteEdge>> byteEdges() {
    return byteEdges;
  }

  Closure closure(int state) {
    Closure known = closures.get(state);
    if (known != null) return known;
    var bytes = new ArrayList<ByteEdge>();
    var calls = new ArrayList<CallEdge>();
    boolean accepting = false;
    var reached = new LinkedHashSet<Integer>(List.of(state));
    var pending = new ArrayDeque<Integer>(reached);
    for (Integer at = pending.poll(); at != null; at = pending.poll()) {
      accepting |= accepts.get(at);
      var next = new ArrayList<>(emptyEdges.get(at));
      for (ByteEdge edge : byteEdges.get(at)) if (finishing.get(edge.target)) bytes.add(edge);
      for (CallEdge edge : callEdges.get(at)) {
        if (!finishing.get(edge.target) || !finishing.get(starts[edge.rule])) continue;
        calls.add(edge);
        if (emptyFinishing.get(starts[edge.rule])) next.add(edge.target);
      }
      for (int target : next) if (finishing.get(target) && reached.add(target)) pending.add(target);
    }
    var closure = new Closure(List.copyOf(bytes), List.copyOf(calls), accepting);
    closures.set(state, closure);
    return closure;
  }

  private static int number(String rule, Map<String, Integer> numbers) {
    Integer number = numbers.get(rule);
    if (number == null) {
      throw new ConstraintException(
          "the grammar uses the rule '%s', which it lacks".formatted(rule));
    }
    return number;
  }

  private void lower(Nfa nfa, int base, Map<String, Integer> numbers) {
    var spellings = new HashMap<One, List<List<CodePoints>>>();
    var tails = new HashMap<Tail, Integer>();
    for (int state = 0; state < nfa.states(); state++) {
      int from = base + state;
      for (Edge edge : nfa.edges(state)) {
        int to = base + edge.target();
        switch (edge.label()) {
          case Nfa.Nothing _ -> emptyEdges.get(from).add(to);
          case Nfa.Rule(String name) ->
              callEdges.get(from).add(new CallEdge(number(name, numbers), to));
          case Nfa.Where(var assertion) ->
              throw new IllegalStateException("an assertion was left: " + assertion);
          case One one -> {
            for (var bytes :
                spellings.computeIfAbsent(one, any -> Spellings.of(any.set(), any.spelling()))) {
              add(from, bytes, to, tails);
            }
          }
        }
      }
    }
  }

  /// The rest of a character's bytes on the way to a state; equal rests share their states.
  private record Tail(List<CodePoints> bytes, int to) {}

  private void add(int from, List<CodePoints> bytes, int to, Map<Tail, Integer> tails) {
    int at = from;
    for (int i = 0; i < bytes.size(); i++) {
      var rest = new Tail(bytes.subList(i + 1, bytes.size()), to);
      Integer known = rest.bytes.isEmpty() ? Integer.valueOf(to) : tails.get(rest);
      int next = known == null ? newState() : known;
      var edges = byteEdges.get(at);
      bytes.get(i).forEachRange((first, last) -> edges.add(new ByteEdge(first, last, next)));
      if (known != null) return;
      tails.put(rest, next);
      at = next;
    }
  }

  private int newState() {
    byteEdges.add(new ArrayList<>(1));
    callEdges.add(new ArrayList<>(0));
    emptyEdges.add(new ArrayList<>(1));
    closures.add(null);
    return byteEdges.size() - 1;
  }

  /// Returns the states from which their rule's end can be reached.
  ///
  /// @param reading whether bytes may be read on the way
  private BitSet statesReachingTheEnd(boolean reading) {
    record Caller(int state, CallEdge edge) {}
    var before = new ArrayList<List<Integer>>();
    var callersByTarget = new HashMap<Integer, List<Caller>>();
    var callersByStart = new HashMap<Integer, List<Caller>>();
    for (int state = 0; state < states(); state++) before.add(new ArrayList<>(2));
    for (int state = 0; state < states(); state++) {
      for (int target : emptyEdges.get(state)) before.get(target).add(state);
      if (reading) for (var edge : byteEdges.get(state)) before.get(edge.target).add(state);
      for (CallEdge edge : callEdges.get(state)) {
        var caller = new Caller(state, edge);
        callersByTarget.computeIfAbsent(edge.target, _ -> new ArrayList<>()).add(caller);
        callersByStart.computeIfAbsent(starts[edge.rule], _ -> new ArrayList<>()).add(caller);
      }
    }
    var reaching = new BitSet();
    var pending = new ArrayDeque<Integer>();
    accepts.stream().forEach(pending::add);
    for (Integer at = pending.poll(); at != null; at = pending.poll()) {
      if (reaching.get(at)) continue;
      reaching.set(at);
      pending.addAll(before.get(at));
      for (Caller caller : callersByTarget.getOrDefault(at, List.of())) {
        if (reaching.get(starts[caller.edge.rule])) pending.add(caller.state);
      }
      for (Caller caller : callersByStart.getOrDefault(at, List.of())) {
        if (reaching.get(caller.edge.target)) pending.add(caller.state);
      }
    }
    return reaching;
  }

  /// Orders the rules by who calls whom before reading anything, callers first.
  private int[] ranks() {
    int[] ranks = new int[rules()];
    var visiting = new BitSet();
    var visited = new BitSet();
    int[] next = {rules()};
    for (int rule = 0; rule < rules(); rule++) visit(rule, visiting, visited, ranks, next);
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
