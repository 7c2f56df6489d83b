package altiplano.generation.constraint;

import static altiplano.generation.constraint.Expression.characters;
import static altiplano.generation.constraint.Expression.choice;
import static altiplano.generation.constraint.Expression.sequence;
import static altiplano.generation.constraint.Expression.text;

import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Machine;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Optional;

/// The decimal notations of the numbers between two bounds.
///
/// A bounded number is written without exponent; an unbounded one as JSON allows.
record NumberRange(Optional<Bound> lowest, Optional<Bound> highest) {
  /// @param exclusive whether the value itself is left out
  record Bound(BigDecimal value, boolean exclusive) {
    private Bound negated() {
      return new Bound(value.negate(), exclusive);
    }
  }

  private static final Expression DIGIT = characters('0', '9');
  private static final Expression NON_ZERO = characters('1', '9');
  private static final Expression WHOLE = choice(text("0"), NON_ZERO.then(DIGIT.anyTimes()));
  private static final Expression FRACTION = text(".").then(DIGIT.onceOrMore());
  private static final Expression ZEROS = text("0").anyTimes();

  /// Any number of JSON, with at most three digits of exponent: more overflows every reader.
  static final Expression NUMBER =
      sequence(
          text("-").optional(),
          WHOLE,
          FRACTION.optional(),
          sequence(
                  new Characters(CodePoints.of("eE")),
                  new Characters(CodePoints.of("+-")).optional(),
                  DIGIT.times(1, 3))
              .optional());

  /// Any number of JSON that is written without fraction and exponent.
  static final Expression INTEGER = text("-").optional().then(WHOLE);

  private boolean isBounded() {
    return lowest.isPresent() || highest.isPresent();
  }

  /// Returns the numbers of the range.
  Expression numbers() {
    return isBounded() ? signed(WHOLE.then(FRACTION.optional()), true) : NUMBER;
  }

  /// Returns the numbers of the range with at most `places` decimal places.
  Expression numbers(int places) {
    var fraction =
        places == 0 ? Expression.empty() : text(".").then(DIGIT.times(1, places)).optional();
    return signed(WHOLE.then(fraction), true);
  }

  /// Returns the integers of the range.
  Expression integers() {
    if (!isBounded()) return INTEGER;
    return whole().signed(WHOLE, false);
  }

  /// Returns the integers of the range that `divisor` divides.
  ///
  /// @param divisor at least 1; the automaton has as many states
  Expression multiples(int divisor) {
    var multiples = new Nfa();
    int[] remainders = new int[divisor];
    for (int i = 0; i < divisor; i++) remainders[i] = multiples.newState();
    for (int i = 0; i < divisor; i++) {
      for (int digit = 0; digit < 10; digit++) {
        int next = remainders[(i * 10 + digit) % divisor];
        multiples.add(remainders[i], text(Integer.toString(digit)), next);
      }
    }
    multiples.add(Nfa.START, Expression.empty(), remainders[0]);
    multiples.add(remainders[0], Expression.empty(), Nfa.ACCEPT);
    return whole().signed(new Machine(Nfa.of(WHOLE).and(multiples)), false);
  }

  private NumberRange whole() {
    return new NumberRange(
        lowest.map(bound -> whole(bound, RoundingMode.CEILING, BigInteger.ONE)),
        highest.map(bound -> whole(bound, RoundingMode.FLOOR, BigInteger.ONE.negate())));
  }

  private static Bound whole(Bound bound, RoundingMode rounding, BigInteger inwards) {
    BigInteger rounded = bound.value.setScale(0, rounding).toBigInteger();
    boolean itself = bound.value.compareTo(new BigDecimal(rounded)) == 0;
    var inside = itself && bound.exclusive ? rounded.add(inwards) : rounded;
    return new Bound(new BigDecimal(inside), false);
  }

  /// Returns the numbers of the range whose notation without sign is one of `magnitudes`.
  private Expression signed(Expression magnitudes, boolean fractions) {
    var positive = magnitude(lowest, highest, magnitudes, fractions);
    var negative =
        magnitude(highest.map(Bound::negated), lowest.map(Bound::negated), magnitudes, fractions);
    return choice(positive, text("-").then(negative));
  }

  private static Expression magnitude(
      Optional<Bound> from, Optional<Bound> to, Expression magnitudes, boolean fractions) {
    if (to.isPresent() && to.get().value.signum() < 0) return Expression.nothing();
    Nfa result = Nfa.of(magnitudes);
    if (from.isPresent() && from.get().value.signum() >= 0) {
      result = result.and(Nfa.of(new Digits(from.get(), fractions).atLeast()));
    }
    if (to.isPresent()) result = result.and(Nfa.of(new Digits(to.get(), fractions).atMost()));
    return new Machine(result);
  }

  /// A bound that is not negative, as digits, and the notations above and below it.
  private static final class Digits {
    private final String whole;
    private final String fraction;
    private final boolean exclusive;
    private final Expression anyFraction;
    private final boolean fractions;

    Digits(Bound bound, boolean fractions) {
      String plain = bound.value.stripTrailingZeros().toPlainString();
      int point = plain.indexOf('.');
      whole = point < 0 ? plain : plain.substring(0, point);
      fraction = point < 0 ? "" : plain.substring(point + 1);
      exclusive = bound.exclusive;
      anyFraction = fractions ? FRACTION.optional() : Expression.empty();
      this.fractions = fractions;
    }

    Expression atLeast() {
      var options = new ArrayList<Expression>();
      options.add(sequence(NON_ZERO, DIGIT.times(whole.length()), DIGIT.anyTimes(), anyFraction));
      for (int i = 0; i < whole.length(); i++) {
        options.add(differing(whole, i, '9', true).then(rest(i), anyFraction));
      }
      var fractional = new ArrayList<Expression>();
      if (fraction.isEmpty()) {
        if (!exclusive) options.add(text(whole).then(anyFraction));
        else fractional.add(sequence(ZEROS, NON_ZERO, DIGIT.anyTimes()));
      } else {
        for (int i = 0; i < fraction.length(); i++) {
          fractional.add(differing(fraction, i, '9', true).then(DIGIT.anyTimes()));
        }
        var more = exclusive ? sequence(ZEROS, NON_ZERO, DIGIT.anyTimes()) : DIGIT.anyTimes();
        fractional.add(text(fraction).then(more));
      }
      if (fractions) options.add(text(whole + ".").then(new Choice(fractional)));
      return new Choice(options);
    }

    Expression atMost() {
      var options = new ArrayList<Expression>();
      if (whole.length() > 1) {
        options.add(text("0").then(anyFraction));
        options.add(sequence(NON_ZERO, DIGIT.times(0, whole.length() - 2), anyFraction));
      }
      for (int i = 0; i < whole.length(); i++) {
        options.add(differing(whole, i, '0', false).then(rest(i), anyFraction));
      }
      if (!exclusive || !fraction.isEmpty()) options.add(text(whole));
      var fractional = new ArrayList<Expression>();
      for (int i = 0; i < fraction.length(); i++) {
        fractional.add(differing(fraction, i, '0', false).then(DIGIT.anyTimes()));
        if (i > 0) fractional.add(text(fraction.substring(0, i)));
      }
      if (!exclusive)
        fractional.add(
            text(fraction).then(fraction.isEmpty() ? text("0") : Expression.empty(), ZEROS));
      if (fractions) options.add(text(whole + ".").then(new Choice(fractional)));
      return new Choice(options);
    }

    private Expression rest(int i) {
      return DIGIT.times(whole.length() - i - 1);
    }

    /// Returns the first `i` digits, then one that is larger (or smaller).
    private static Expression differing(String digits, int i, char end, boolean larger) {
      char digit = digits.charAt(i);
      if (digit == end) return Expression.nothing();
      var other = larger ? characters(digit + 1, end) : characters(end, digit - 1);
      return text(digits.substring(0, i)).then(other);
    }
  }
}
