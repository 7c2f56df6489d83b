package altiplano.generation.constraint;

import altiplano.generation.constraint.ByteGrammar.ByteEdge;
import altiplano.generation.constraint.ByteGrammar.CallEdge;
import altiplano.generation.constraint.ByteGrammar.Closure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Runs a [ByteGrammar] byte by byte, as a deterministic automaton that is built while it runs.
///
/// A state is a set of places in the grammar, each with the [Calls] it returns to: a
/// graph-structured stack (Tomita 1985), whose nodes and states are shared by content. So a loop in
/// the text is a loop among states, and each step that was taken once is a table look-up later.
/// Thread-safe.
public final class Automaton {
  /// A bound on memory: beyond it, sharing starts anew. States in use stay valid.
  private static final int MOST_STATES = 1 << 16;

  /// The place after the root rule: nothing is left to read.
  private static final int END = -1;

  private final ByteGrammar grammar;
  private final byte[] classes = new byte[256];
  private final int[] representatives;
  private final Map<Set<Place>, State> states = new HashMap<>();
  private final Map<Set<Place>, Calls> calls = new HashMap<>();
  private final Calls rootCall = new Calls(Set.of());
  private final State start;

  private Automaton(ByteGrammar grammar) {
    this.grammar = grammar;
    representatives = classify();
    start = state(Set.of(new Place(grammar.start(grammar.root()), rootCall)));
  }

  /// Compiles a grammar.
  ///
  /// @throws altiplano.generation.ConstraintException if it calls a missing rule, is left-recursive
  ///   or accepts no text
  public static Automaton of(Grammar grammar) {
    return new Automaton(new ByteGrammar(grammar));
  }

  /// Returns the state before the first byte.
  State start() {
    return start;
  }

  /// Returns the state after bytes that may not follow.
  State impossible() {
    return state(Set.of());
  }

  /// Returns whether the whole of a text matches.
  public boolean accepts(byte[] text) {
    State at = start;
    for (byte value : text) at = at.after(value);
    return at.accepting();
  }

  /// Returns the class of a byte: bytes of one class lead to the same states everywhere.
  int classOf(byte value) {
    return classes[value & 0xff] & 0xff;
  }

  private int[] classify() {
    var starts = grammar.boundaries();
    var firsts = new ArrayList<Integer>();
    for (int value = 0; value < 256; value++) {
      if (starts.get(value)) firsts.add(value);
      classes[value] = (byte) (firsts.size() - 1);
    }
    return firsts.stream().mapToInt(Integer::intValue).toArray();
  }

  /// A state of the grammar, and where to go on when its rule has ended.
  private record Place(int state, Calls calls) {}

  /// The calls of a rule that are under way, shared by content.
  static final class Calls {
    private final Set<Place> returns;

    private Calls(Set<Place> returns) {
      this.returns = returns;
    }
  }

  private Set<Place> returns(Calls called) {
    return called == rootCall ? Set.of(new Place(END, rootCall)) : called.returns;
  }

  private record Reading(ByteEdge edge, Calls calls) {}

  /// Where the text may be after the bytes so far.
  public final class State {
    private final Set<Place> places;
    private final boolean accepting;
    private final List<Reading> readings;
    private final @Nullable State[] next = new State[representatives.length];
    private @Nullable List<Part> parts;

    private State(Set<Place> places, boolean accepting, List<Reading> readings) {
      this.places = places;
      this.accepting = accepting;
      this.readings = readings;
    }

    /// Returns whether the text may end here.
    public boolean accepting() {
      return accepting;
    }

    /// Returns whether no byte may follow.
    public boolean isDead() {
      return readings.isEmpty();
    }

    /// Returns whether there is no way that the text could have come here.
    public boolean isImpossible() {
      return places.isEmpty();
    }

    State after(byte value) {
      return afterClass(classOf(value));
    }

    State afterClass(int byteClass) {
      State known = next[byteClass];
      return known != null ? known : step(byteClass);
    }

    private State step(int byteClass) {
      int value = representatives[byteClass];
      var targets = new HashSet<Place>();
      for (Reading reading : readings) {
        if (reading.edge.first() <= value && value <= reading.edge.last()) {
          targets.add(new Place(reading.edge.target(), reading.calls));
        }
      }
      State found = state(targets);
      next[byteClass] = found;
      return found;
    }

    /// Returns this state by the calls that its places return to.
    List<Part> parts() {
      List<Part> known = parts;
      if (known != null) return known;
      var byCalls = new HashMap<Calls, Set<Place>>();
      for (Place place : places) {
        byCalls
            .computeIfAbsent(place.calls, _ -> new HashSet<>())
            .add(new Place(place.state, rootCall));
      }
      var found = new ArrayList<Part>();
      byCalls.forEach(
          (called, inside) -> found.add(new Part(state(inside), state(returns(called)))));
      parts = List.copyOf(found);
      return parts;
    }
  }

  /// A part of a state: what is inside a rule, as if the rule were the root, and what follows it.
  ///
  /// `inside` is the same wherever the rule was called from, so what is learnt about it holds there
  /// too. Where `inside` accepts, the text may go on as from `outside`.
  record Part(State inside, State outside) {}

  private State state(Set<Place> places) {
    synchronized (states) {
      State known = states.get(places);
      if (known != null) return known;
      if (states.size() >= MOST_STATES) {
        states.clear();
        calls.clear();
      }
      State made = expand(Set.copyOf(places));
      states.put(made.places, made);
      return made;
    }
  }

  /// Follows all that needs no byte: returns first, then calls from the outermost rule inwards, so
  /// that all callers of a rule are known when it is entered.
  private State expand(Set<Place> places) {
    var readings = new ArrayList<Reading>();
    var entered = new TreeMap<Integer, Entry>();
    var seen = new HashSet<>(places);
    var pending = new ArrayDeque<>(places);
    boolean accepting = false;
    for (Place at = pending.poll(); at != null; at = pending.poll()) {
      if (at.state == END) {
        accepting = true;
        continue;
      }
      Closure closure = grammar.closure(at.state);
      collect(closure, at.calls, readings, entered);
      if (!closure.accepts()) continue;
      for (Place next : returns(at.calls)) if (seen.add(next)) pending.add(next);
    }
    for (var first = entered.pollFirstEntry(); first != null; first = entered.pollFirstEntry()) {
      Entry entry = first.getValue();
      Calls made = calls.computeIfAbsent(entry.returns, Calls::new);
      collect(grammar.closure(grammar.start(entry.rule)), made, readings, entered);
    }
    return new State(places, accepting, List.copyOf(readings));
  }

  private record Entry(int rule, Set<Place> returns) {}

  private void collect(
      Closure closure, Calls from, List<Reading> readings, Map<Integer, Entry> entered) {
    for (ByteEdge edge : closure.bytes()) readings.add(new Reading(edge, from));
    for (CallEdge call : closure.calls()) {
      var returns =
          entered.computeIfAbsent(
                  grammar.rank(call.rule()), _ -> new Entry(call.rule(), new HashSet<>()))
              .returns;
      // A call at the very end of a rule returns to the rule's callers: right recursion is a loop.
      if (grammar.closure(call.target()).onlyAccepts()) returns.addAll(returns(from));
      else returns.add(new Place(call.target(), from));
    }
  }
}
