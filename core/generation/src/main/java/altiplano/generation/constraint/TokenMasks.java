package altiplano.generation.constraint;

import altiplano.generation.constraint.Automaton.Part;
import altiplano.generation.constraint.Automaton.State;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Which tokens of a vocabulary may follow in which state of an automaton. Thread-safe.
///
/// What a rule allows inside does not depend on where it was called from, so it is computed once
/// and kept: the tokens that stay inside, and the nodes of the vocabulary at which the rule may
/// have ended. Only below those nodes the walk is repeated for each place the rule returns to (the
/// idea of XGrammar, Dong et al. 2024).
public final class TokenMasks {
  /// At 128,256 tokens a set takes 16 KB, so all of them at most 64 MB.
  private static final int MOST_SETS = 2048;

  private final Automaton automaton;
  private final Vocabulary vocabulary;
  private final Tokens all;
  private final Tokens others;
  private final Map<State, Inside> insides = recent();
  private final Map<State, TokenSet> sets = recent();

  public TokenMasks(Automaton automaton, Vocabulary vocabulary) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    all = new Tokens(vocabulary.all());
    others = new Tokens(vocabulary.others());
  }

  private static <T> Map<State, T> recent() {
    return Collections.synchronizedMap(
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<State, T> eldest) {
            return size() > MOST_SETS;
          }
        });
  }

  /// A trie, and the class of each label.
  private final class Tokens {
    private final Trie trie;
    private final byte[] classes;

    Tokens(Trie trie) {
      this.trie = trie;
      classes = new byte[trie.nodes()];
      for (int node = 0; node < classes.length; node++) {
        classes[node] = (byte) automaton.classOf(trie.label(node));
      }
    }

    State[] path() {
      return new State[trie.depth() + 1];
    }

    /// Adds all tokens below a node that can be read from a state on.
    ///
    /// @param path room for the states on the way to a node
    /// @param exits takes the nodes with children at which the automaton accepts
    void walk(State from, int top, State[] path, TokenSet tokens, IntConsumer exits) {
      path[trie.depth(top)] = from;
      int end = trie.end(top);
      for (int node = top + 1; node < end; ) {
        int at = trie.depth(node);
        State state = path[at - 1].afterClass(classes[node] & 0xff);
        if (state.isImpossible()) {
          node = trie.end(node);
          continue;
        }
        path[at] = state;
        trie.addIds(node, tokens);
        if (state.accepting() && !trie.isLeaf(node)) exits.accept(node);
        node++;
      }
    }
  }

  /// What may follow as long as a rule has not ended.
  ///
  /// @param exits nodes of `walked` with children at which the rule may have ended
  private record Inside(TokenSet tokens, Tokens walked, int[] exits) {}

  /// Returns the tokens that may follow, end ids where the text may end.
  public TokenSet allowed(State state) {
    TokenSet known = sets.get(state);
    if (known != null) return known;
    var tokens = new TokenSet(vocabulary.size());
    collect(state, tokens);
    if (state.accepting()) for (int id : vocabulary.endIds()) tokens.add(id);
    sets.put(state, tokens);
    return tokens;
  }

  private void collect(State state, TokenSet tokens) {
    for (Part part : state.parts()) {
      Inside inside = inside(part.inside());
      tokens.addAll(inside.tokens);
      if (part.outside().isDead()) continue;
      State[] path = inside.walked.path();
      for (int exit : inside.exits) {
        if (exit == Trie.ROOT) collect(part.outside(), tokens);
        else inside.walked.walk(part.outside(), exit, path, tokens, _ -> {});
      }
    }
  }

  private Inside inside(State state) {
    Inside known = insides.get(state);
    if (known != null) return known;
    var tokens = new TokenSet(vocabulary.size());
    var exits = IntStream.builder();
    boolean plain = PlainText.mayFollow(state);
    Tokens walked = plain ? others : all;
    if (plain) tokens.addAll(vocabulary.plain());
    if (state.accepting()) exits.add(Trie.ROOT);
    walked.walk(state, Trie.ROOT, walked.path(), tokens, exits);
    var found = new Inside(tokens, walked, exits.build().toArray());
    insides.put(state, found);
    return found;
  }

  /// Returns the state before the first token.
  public State start() {
    return automaton.start();
  }

  /// Returns the state after a token; an impossible one if the token may not follow.
  public State after(State state, int id) {
    if (vocabulary.isEnd(id) && state.accepting()) return state;
    byte[] bytes = vocabulary.bytes(id);
    if (bytes.length == 0) return automaton.impossible();
    State at = state;
    for (byte value : bytes) at = at.after(value);
    return at;
  }
}
