package altiplano.generation.constraint;

import static altiplano.generation.constraint.Expression.sequence;
import static altiplano.generation.constraint.Expression.text;

import altiplano.generation.JsonLayout;
import altiplano.generation.constraint.Expression.Characters;

/// What stands between the values of a JSON text.
///
/// @param gap beside brackets and around the whole
record Punctuation(Expression gap, Expression comma, Expression colon) {
  static Punctuation of(JsonLayout layout) {
    Expression gap =
        layout == JsonLayout.FREE
            ? new Characters(CodePoints.of(" \t\n\r")).anyTimes()
            : Expression.empty();
    Expression after = layout == JsonLayout.SPACED ? text(" ") : gap;
    return new Punctuation(gap, sequence(gap, text(","), after), sequence(gap, text(":"), after));
  }
}
