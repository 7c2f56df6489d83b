package altiplano.generation.constraint;

import altiplano.generation.constraint.Expression.Assertion;
import altiplano.generation.constraint.Expression.Call;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Machine;
import altiplano.generation.constraint.Expression.Quoted;
import altiplano.generation.constraint.Expression.Repeat;
import altiplano.generation.constraint.Expression.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds the rules whose bodies may stand in place of their calls.
///
/// A call costs a walk through the vocabulary wherever its rule may end. Rules that are called once
/// or are small are better without; larger ones are kept, as what is learnt inside them holds for
/// all their callers.
final class Inlining {
  private static final int SMALL = 16;

  private final Map<String, Expression> rules;
  private final Map<String, List<String>> calls = new HashMap<>();
  private final Map<String, Integer> callers = new HashMap<>();
  private final Map<String, Integer> sizes = new HashMap<>();
  private final Map<String, Expression> chosen = new HashMap<>();
  private final Set<String> visiting = new HashSet<>();

  private Inlining(Grammar grammar) {
    rules = grammar.rules();
    rules.forEach((name, body) -> {
      var called = new ArrayList<String>();
      collectCalls(body, called);
      calls.put(name, called);
      for (String callee : called) callers.merge(callee, 1, Integer::sum);
    });
  }

  /// Returns bodies by the names of their rules.
  static Map<String, Expression> of(Grammar grammar) {
    var inlining = new Inlining(grammar);
    for (String rule : grammar.rules().keySet()) inlining.visit(rule);
    inlining.chosen.remove(grammar.root());
    return Map.copyOf(inlining.chosen);
  }

  /// Decides on a rule after all it calls. In each recursion one rule stays.
  private void visit(String rule) {
    Expression body = rules.get(rule);
    if (body == null || sizes.containsKey(rule) || !visiting.add(rule)) return;
    int size = Nfa.of(body).states();
    boolean recursive = false;
    for (String callee : calls.getOrDefault(rule, List.of())) {
      visit(callee);
      recursive |= visiting.contains(callee);
      if (chosen.containsKey(callee)) size += sizes.getOrDefault(callee, 0);
    }
    visiting.remove(rule);
    sizes.put(rule, size);
    if (recursive) return;
    if (size <= SMALL || callers.getOrDefault(rule, 0) == 1) chosen.put(rule, body);
  }

  private static void collectCalls(Expression expression, List<String> called) {
    switch (expression) {
      case Call(String rule) -> called.add(rule);
      case Sequence(var parts) -> parts.forEach(part -> collectCalls(part, called));
      case Choice(var options) -> options.forEach(option -> collectCalls(option, called));
      case Repeat(Expression part, int min, int max) -> {
        int copies = max == Repeat.UNBOUNDED ? min + 1 : max;
        for (int i = 0; i < Math.min(copies, 2); i++) collectCalls(part, called);
      }
      case Machine(Nfa nfa) -> collectCalls(nfa, called);
      case Quoted _, Characters _, Assertion _ -> {}
    }
  }

  private static void collectCalls(Nfa nfa, List<String> called) {
    for (int state = 0; state < nfa.states(); state++) {
      for (Nfa.Edge edge : nfa.edges(state)) {
        if (edge.label() instanceof Nfa.Rule(String name)) called.add(name);
      }
    }
  }
}
