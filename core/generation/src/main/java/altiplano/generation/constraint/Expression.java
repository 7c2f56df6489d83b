package altiplano.generation.constraint;

import java.util.ArrayList;
import java.util.List;

/// A set of texts, as the right-hand side of a rule.
sealed interface Expression {
  /// One character of the set.
  record Characters(CodePoints set) implements Expression {}

  record Sequence(List<Expression> parts) implements Expression {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  record Choice(List<Expression> options) implements Expression {
    public Choice {
      options = List.copyOf(options);
    }
  }

  /// `part`, at least `min` and at most `max` times.
  record Repeat(Expression part, int min, int max) implements Expression {
    static final int UNBOUNDED = Integer.MAX_VALUE;
  }

  /// What another rule of the grammar accepts.
  record Call(String rule) implements Expression {}

  /// What an automaton accepts.
  record Machine(Nfa nfa) implements Expression {}

  /// The JSON strings of what an automaton accepts.
  record Quoted(Nfa content, Nfa.Spelling spelling) implements Expression {}

  /// The empty text, where its surroundings are right.
  enum Assertion implements Expression {
    TEXT_START,
    TEXT_END,
    LINE_START,
    LINE_END,
    WORD_BOUNDARY,
    NO_WORD_BOUNDARY
  }

  /// Returns the empty text alone.
  static Expression empty() {
    return new Sequence(List.of());
  }

  /// Returns no text at all.
  static Expression nothing() {
    return new Choice(List.of());
  }

  static Expression text(String text) {
    return new Sequence(
        text.codePoints().<Expression>mapToObj(c -> new Characters(CodePoints.of(c))).toList());
  }

  static Expression characters(int first, int last) {
    return new Characters(CodePoints.range(first, last));
  }

  static Expression sequence(Expression... parts) {
    return new Sequence(List.of(parts));
  }

  static Expression choice(Expression... options) {
    return new Choice(List.of(options));
  }

  /// Returns the choice between texts.
  static Expression texts(List<String> texts) {
    return new Choice(texts.stream().map(Expression::text).toList());
  }

  default Expression times(int min, int max) {
    return new Repeat(this, min, max);
  }

  default Expression times(int count) {
    return new Repeat(this, count, count);
  }

  default Expression optional() {
    return new Repeat(this, 0, 1);
  }

  default Expression anyTimes() {
    return new Repeat(this, 0, Repeat.UNBOUNDED);
  }

  default Expression onceOrMore() {
    return new Repeat(this, 1, Repeat.UNBOUNDED);
  }

  /// Returns this expression `min` to `max` times with `separator` between.
  default Expression separatedBy(Expression separator, int min, int max) {
    if (max == 0) return empty();
    int more = max == Repeat.UNBOUNDED ? max : max - 1;
    var list = sequence(this, sequence(separator, this).times(Math.max(min - 1, 0), more));
    return min == 0 ? list.optional() : list;
  }

  /// Returns this expression followed by others.
  default Expression then(Expression... others) {
    var parts = new ArrayList<Expression>();
    parts.add(this);
    parts.addAll(List.of(others));
    return new Sequence(parts);
  }
}
