package altiplano.generation.constraint;

import altiplano.files.Json.ObjectValue;
import altiplano.generation.ConstraintException;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Quoted;
import altiplano.generation.constraint.Expression.Repeat;
import altiplano.generation.constraint.Nfa.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The strings that a JSON schema accepts: all that its keywords ask for at once, as the
/// intersection of an automaton each.
final class StringSchema {
  /// Our own keyword: the string stands somewhere in the text given.
  static final String PART_OF = "x-part-of";

  static final List<String> KEYWORDS =
      List.of("minLength", "maxLength", "pattern", "format", PART_OF);

  private StringSchema() {}

  static Expression of(ObjectValue schema, String where) {
    var requirements = new ArrayList<Nfa>();
    if (schema.members().containsKey("format")) {
      String format = Keywords.text(schema, "format", where);
      requirements.add(
          Formats.named(format)
              .orElseThrow(() ->
                  Keywords.broken(
                      where,
                      "the format '%s' is not supported, only %s"
                          .formatted(format, String.join(", ", Formats.names())))));
    }
    if (schema.members().containsKey("pattern")) {
      try {
        var pattern = RegexParser.ecma(Keywords.text(schema, "pattern", where));
        requirements.add(Nfa.of(pattern).withoutAssertions());
      } catch (ConstraintException cause) {
        throw Keywords.broken(where, Objects.requireNonNull(cause.getMessage()));
      }
    }
    if (schema.members().containsKey(PART_OF)) {
      requirements.add(Nfa.partsOf(Keywords.text(schema, PART_OF, where)));
    }
    int min = Keywords.count(schema, "minLength", where).orElse(0);
    int max = Keywords.count(schema, "maxLength", where).orElse(Repeat.UNBOUNDED);
    if (max < min) throw Keywords.broken(where, "'maxLength' is less than 'minLength'");
    boolean bounded = min > 0 || max < Repeat.UNBOUNDED;
    if (bounded || requirements.isEmpty()) {
      requirements.add(Nfa.of(new Characters(CodePoints.ALL).times(min, max)));
    }
    var spelling = schema.members().containsKey("format") ? Spelling.JSON_CANONICAL : Spelling.JSON;
    return new Quoted(requirements.stream().reduce(Nfa::and).orElseThrow(), spelling);
  }
}
