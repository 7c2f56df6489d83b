package altiplano.generation.constraint;

import static altiplano.generation.constraint.Expression.sequence;
import static altiplano.generation.constraint.Expression.text;

import altiplano.files.Json;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Machine;
import altiplano.generation.constraint.Expression.Quoted;
import altiplano.generation.constraint.Nfa.Spelling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The objects that a JSON schema accepts: properties in the schema's order, each taken or passed
/// over, then others if the object is open. Two states a property: whether one came before.
final class ObjectSchema {
  static final List<String> KEYWORDS = List.of("properties", "required", "additionalProperties");

  private ObjectSchema() {}

  static Expression of(ObjectValue schema, String where, SchemaCompiler compiler) {
    var properties = new LinkedHashMap<String, Json>();
    if (schema.members().get("properties") instanceof ObjectValue(var members)) {
      properties.putAll(members);
    } else if (schema.members().containsKey("properties")) {
      throw Keywords.broken(where, "'properties' is not an object");
    }
    Json additional =
        schema.members().getOrDefault("additionalProperties", Json.of(properties.isEmpty()));
    boolean open = !additional.equals(Json.of(false));
    var required = new LinkedHashSet<String>();
    for (Json name :
        schema.members().containsKey("required")
            ? Keywords.array(schema, "required", where)
            : List.<Json>of()) {
      if (!(name instanceof TextValue(String key)))
        throw Keywords.broken(where, "'required' holds " + name.write());
      if (!properties.containsKey(key)) {
        if (!open)
          throw Keywords.broken(
              where, "'%s' is required but not among the properties".formatted(key));
        properties.put(key, additional);
      }
      required.add(key);
    }
    Expression gap = compiler.punctuation().gap();
    Expression comma = compiler.punctuation().comma();
    Expression colon = compiler.punctuation().colon();
    var members = new Nfa();
    int none = Nfa.START;
    int some = members.newState();
    for (var property : properties.entrySet()) {
      String key = property.getKey();
      var value = compiler.value(property.getValue(), where + "/properties/" + escaped(key));
      var member = sequence(compiler.literal(Json.of(key)), colon, value);
      int take = members.newState();
      int taken = members.newState();
      int passed = members.newState();
      members.add(none, Expression.empty(), take);
      members.add(some, comma, take);
      members.add(take, member, taken);
      if (!required.contains(key)) {
        members.add(none, Expression.empty(), passed);
        members.add(some, Expression.empty(), taken);
      }
      none = passed;
      some = taken;
    }
    if (open) {
      var value = compiler.rule(additional, where + "/additionalProperties");
      var member = sequence(otherKey(properties.keySet(), compiler), colon, value);
      int take = members.newState();
      members.add(none, Expression.empty(), take);
      members.add(some, comma, take);
      members.add(take, member, some);
    }
    members.add(none, Expression.empty(), Nfa.ACCEPT);
    members.add(some, gap, Nfa.ACCEPT);
    return sequence(text("{"), gap, new Machine(members), text("}"));
  }

  /// Returns the strings that are none of `keys`.
  private static Expression otherKey(Set<String> keys, SchemaCompiler compiler) {
    if (keys.isEmpty()) return compiler.plainString();
    var nfa = new Nfa();
    int different = nfa.newState();
    nfa.add(different, new Characters(CodePoints.ALL), different);
    nfa.add(different, Expression.empty(), Nfa.ACCEPT);
    addDifferent(
        nfa,
        Nfa.START,
        different,
        keys.stream().map(key -> key.codePoints().toArray()).toList(),
        0);
    return new Quoted(nfa, Spelling.JSON);
  }

  /// Adds the ways to leave `keys`, which are equal in their first `length` characters.
  private static void addDifferent(Nfa nfa, int at, int different, List<int[]> keys, int length) {
    if (keys.stream().noneMatch(key -> key.length == length))
      nfa.add(at, Expression.empty(), Nfa.ACCEPT);
    var next = new LinkedHashMap<Integer, List<int[]>>();
    for (int[] key : keys) {
      if (key.length > length) next.computeIfAbsent(key[length], _ -> new ArrayList<>()).add(key);
    }
    var known = CodePoints.union(next.keySet().stream().map(CodePoints::of).toList());
    nfa.add(at, new Characters(known.not()), different);
    next.forEach((c, longer) -> {
      int state = nfa.newState();
      nfa.add(at, new Characters(CodePoints.of(c)), state);
      addDifferent(nfa, state, different, longer, length + 1);
    });
  }

  private static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
