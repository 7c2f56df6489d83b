package altiplano.generation.constraint;

import static altiplano.generation.constraint.Expression.sequence;
import static altiplano.generation.constraint.Expression.text;

import altiplano.files.Json;
import altiplano.files.Json.ObjectValue;
import altiplano.generation.constraint.Expression.Machine;
import altiplano.generation.constraint.Expression.Repeat;
import java.util.ArrayList;
import java.util.List;

/// The arrays that a JSON schema accepts: a path of states through `prefixItems`, then a loop over
/// `items`, with ends where there are enough.
final class ArraySchema {
  static final List<String> KEYWORDS = List.of("items", "prefixItems", "minItems", "maxItems");

  private static final int MOST_ITEMS = 100_000;

  private ArraySchema() {}

  static Expression of(ObjectValue schema, String where, SchemaCompiler compiler) {
    var items = schema.members().getOrDefault("items", Json.of(true));
    Expression gap = compiler.punctuation().gap();
    Expression comma = compiler.punctuation().comma();
    var item = compiler.rule(items, where + "/items");
    int min = Keywords.count(schema, "minItems", where).orElse(0);
    int max = Keywords.count(schema, "maxItems", where).orElse(Repeat.UNBOUNDED);
    if (max < min) throw Keywords.broken(where, "'maxItems' is less than 'minItems'");
    if (min > MOST_ITEMS || (max > MOST_ITEMS && max != Repeat.UNBOUNDED)) {
      throw Keywords.broken(where, "more than %,d items are not supported".formatted(MOST_ITEMS));
    }
    var first = new ArrayList<Expression>();
    if (schema.members().containsKey("prefixItems")) {
      List<Json> schemas = Keywords.array(schema, "prefixItems", where);
      for (int i = 0; i < schemas.size(); i++) {
        first.add(compiler.rule(schemas.get(i), where + "/prefixItems/" + i));
      }
    }
    var elements = new Nfa();
    int at = Nfa.START;
    for (int i = 0; i < first.size() && i < max; i++) {
      if (i >= min) elements.add(at, i == 0 ? Expression.empty() : gap, Nfa.ACCEPT);
      int next = elements.newState();
      elements.add(at, (i == 0 ? Expression.empty() : comma).then(first.get(i)), next);
      at = next;
    }
    int more = max == Repeat.UNBOUNDED ? max : Math.max(max - first.size(), 0);
    int needed = Math.max(min - first.size(), 0);
    Expression rest =
        first.isEmpty()
            ? item.separatedBy(comma, needed, more)
            : comma.then(item).times(needed, more);
    elements.add(at, rest.then(gap), Nfa.ACCEPT);
    return sequence(text("["), gap, new Machine(elements), text("]"));
  }
}
