package altiplano.generation.constraint;

import static altiplano.generation.constraint.Expression.choice;
import static altiplano.generation.constraint.Expression.sequence;
import static altiplano.generation.constraint.Expression.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.BoolValue;
import altiplano.files.Json.NullValue;
import altiplano.files.Json.NumberValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import altiplano.generation.ConstraintException;
import altiplano.generation.JsonLayout;
import altiplano.generation.constraint.Expression.Call;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Machine;
import altiplano.generation.constraint.Expression.Quoted;
import altiplano.generation.constraint.Expression.Repeat;
import altiplano.generation.constraint.Nfa.Spelling;
import altiplano.generation.constraint.NumberRange.Bound;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Compiles a JSON schema (draft 2020-12) to the grammar of the JSON texts it accepts.
///
/// Properties come in the schema's order. An object that names properties is closed unless
/// `additionalProperties` opens it; one that names none is open. Strings may use any of JSON's
/// escapes; property names, literals and formats are spelled as writers of JSON spell them.
/// Integers have neither fraction nor exponent, bounded numbers no exponent. Keywords that say
/// nothing about the value are passed over; those that do and are not supported are refused. The
/// keyword `x-part-of` of our own asks for a string that stands in the text it holds.
public final class SchemaCompiler {
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$comment",
          "$defs",
          "$id",
          "$schema",
          "contentEncoding",
          "contentMediaType",
          "default",
          "definitions",
          "deprecated",
          "description",
          "examples",
          "readOnly",
          "title",
          "writeOnly");

  /// Our own keyword: the string stands somewhere in the text given.
  private static final String PART_OF = "x-part-of";

  private static final Map<String, List<String>> KEYWORDS_BY_TYPE = new LinkedHashMap<>();

  static {
    KEYWORDS_BY_TYPE.put("object", List.of("properties", "required", "additionalProperties"));
    KEYWORDS_BY_TYPE.put("array", List.of("items", "prefixItems", "minItems", "maxItems"));
    KEYWORDS_BY_TYPE.put("string", List.of("minLength", "maxLength", "pattern", "format", PART_OF));
    KEYWORDS_BY_TYPE.put(
        "number",
        List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"));
  }

  private static final Set<String> TYPES =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");
  private static final int LARGEST_DIVISOR = 10_000;
  private static final int MOST_ITEMS = 100_000;

  private final Json document;
  private final Expression gap;
  private final Expression comma;
  private final Expression colon;
  private final Map<String, Expression> rules = new LinkedHashMap<>();
  private final Map<Json, Call> scalars = new HashMap<>();

  private SchemaCompiler(Json document, JsonLayout layout) {
    this.document = document;
    gap =
        layout == JsonLayout.FREE
            ? new Characters(CodePoints.of(" \t\n\r")).anyTimes()
            : Expression.empty();
    Expression after = layout == JsonLayout.SPACED ? text(" ") : gap;
    comma = sequence(gap, text(","), after);
    colon = sequence(gap, text(":"), after);
  }

  /// Compiles a schema.
  ///
  /// @throws ConstraintException if it is broken, contradicts itself or uses what is not supported;
  ///   the message names the place as a JSON pointer
  public static Grammar compile(Json schema, JsonLayout layout) {
    return new SchemaCompiler(schema, layout).grammar(schema, "#");
  }

  /// Returns the grammar of all JSON texts without white space.
  public static Grammar anyJson() {
    return compile(Json.of(true), JsonLayout.COMPACT);
  }

  private Grammar grammar(Json schema, String where) {
    Expression value = value(schema, where);
    rules.put("", sequence(gap, value, gap));
    return new Grammar(rules, "");
  }

  private Expression value(Json schema, String where) {
    return switch (schema) {
      case BoolValue(boolean anything) -> anything ? any() : Expression.nothing();
      case ObjectValue object -> value(object, where);
      default -> throw broken(where, "a schema is an object or a boolean, not " + schema.write());
    };
  }

  private Expression value(ObjectValue schema, String where) {
    var keywords = new LinkedHashSet<>(schema.members().keySet());
    keywords.removeAll(ANNOTATIONS);
    keywords.removeIf(keyword -> keyword.startsWith("x-") && !keyword.equals(PART_OF));
    for (String keyword : keywords) checkSupported(keyword, schema, where);
    if (keywords.contains("$ref")) {
      alone("$ref", keywords, where);
      return reference(textOf(schema, "$ref", where), where);
    }
    if (keywords.contains("anyOf")) {
      alone("anyOf", keywords, where);
      return alternatives(schema, where);
    }
    if (keywords.contains("const") || keywords.contains("enum")) {
      return literals(schema, keywords, where);
    }
    var options = new ArrayList<Expression>();
    for (String type : types(schema, keywords, where)) options.add(typed(type, schema, where));
    return options.size() == 1 ? options.getFirst() : new Choice(options);
  }

  private static void checkSupported(String keyword, ObjectValue schema, String where) {
    boolean known =
        Set.of("$ref", "anyOf", "const", "enum", "type").contains(keyword)
            || KEYWORDS_BY_TYPE.values().stream().anyMatch(some -> some.contains(keyword))
            || (keyword.equals("uniqueItems")
                && Json.of(false).equals(schema.members().get(keyword)));
    if (known) return;
    String remedy =
        switch (keyword) {
          case "oneOf" -> "Use anyOf.";
          case "allOf" -> "Merge the schemas into one.";
          case "patternProperties", "propertyNames" -> "Name the properties.";
          default -> "Remove it.";
        };
    throw broken(where, "the keyword '%s' is not supported. %s".formatted(keyword, remedy));
  }

  private static void alone(String keyword, Set<String> keywords, String where) {
    for (String other : keywords) {
      if (other.equals(keyword)) continue;
      throw broken(
          where,
          "the keyword '%s' beside '%s' is not supported. Move it into the schemas of '%s'."
              .formatted(other, keyword, keyword));
    }
  }

  private Expression alternatives(ObjectValue schema, String where) {
    var options = new ArrayList<Expression>();
    List<Json> schemas = array(schema, "anyOf", where);
    if (schemas.isEmpty()) throw broken(where, "'anyOf' has no schemas");
    for (int i = 0; i < schemas.size(); i++) {
      options.add(value(schemas.get(i), where + "/anyOf/" + i));
    }
    return new Choice(options);
  }

  /// Returns the call of a rule that stands for the schema at `pointer`.
  private Expression reference(String pointer, String where) {
    if (!pointer.equals("#") && !pointer.startsWith("#/")) {
      throw broken(
          where, "'$ref' to '%s' is not supported, only '#' and '#/...' are".formatted(pointer));
    }
    if (!rules.containsKey(pointer)) {
      rules.put(
          pointer, Expression.nothing()); // holds the place while the schema may refer to itself
      rules.put(pointer, value(resolve(pointer, where), pointer));
    }
    return new Call(pointer);
  }

  private Json resolve(String pointer, String where) {
    Json found = document;
    for (String part : pointer.split("/", -1)) {
      if (part.equals("#")) continue;
      String key = URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
      found =
          member(found, key.replace("~1", "/").replace("~0", "~"))
              .orElseThrow(() -> broken(where, "'$ref' to '%s' leads nowhere".formatted(pointer)));
    }
    return found;
  }

  private static Optional<Json> member(Json parent, String key) {
    return switch (parent) {
      case ObjectValue(var members) -> Optional.ofNullable(members.get(key));
      case ArrayValue(var elements) -> {
        int index = key.matches("[0-9]{1,6}") ? Integer.parseInt(key) : elements.size();
        yield index < elements.size() ? Optional.of(elements.get(index)) : Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  /// Returns the values of `const` or `enum` that the other keywords accept.
  private Expression literals(ObjectValue schema, Set<String> keywords, String where) {
    List<Json> values = new ArrayList<>();
    if (keywords.contains("enum")) values.addAll(array(schema, "enum", where));
    else values.add(schema.members().get("const"));
    var others = new LinkedHashMap<>(schema.members());
    others.keySet().removeIf(keyword -> !keywords.contains(keyword));
    others.remove(keywords.contains("enum") ? "enum" : "const");
    if (!others.isEmpty()) {
      Grammar rest =
          new SchemaCompiler(document, JsonLayout.COMPACT).grammar(new ObjectValue(others), where);
      var automaton = Automaton.of(rest);
      values.removeIf(value -> !automaton.accepts(value.write().getBytes(UTF_8)));
    }
    if (values.isEmpty()) throw broken(where, "no value is left that all keywords accept");
    return new Choice(values.stream().map(this::literal).toList());
  }

  private Expression literal(Json value) {
    return switch (value) {
      case TextValue(String text) -> new Quoted(Nfa.of(text(text)), Spelling.JSON_CANONICAL);
      case ArrayValue(var elements) ->
          list(text("["), elements.stream().map(this::literal).toList(), text("]"));
      case ObjectValue(var members) ->
          list(
              text("{"),
              members.entrySet().stream()
                  .map(member ->
                      sequence(
                          literal(Json.of(member.getKey())), colon, literal(member.getValue())))
                  .toList(),
              text("}"));
      case NumberValue _, BoolValue _, NullValue _ -> text(value.write());
    };
  }

  private Expression list(Expression open, List<Expression> elements, Expression close) {
    var parts = new ArrayList<>(List.of(open, gap));
    for (Expression element : elements) {
      if (parts.size() > 2) parts.add(comma);
      parts.add(element);
    }
    if (!elements.isEmpty()) parts.add(gap);
    parts.add(close);
    return new Expression.Sequence(parts);
  }

  /// Returns the types a value may have: those named, else those that a keyword speaks of.
  private static List<String> types(ObjectValue schema, Set<String> keywords, String where) {
    var types = new ArrayList<String>();
    switch (schema.members().get("type")) {
      case null ->
          KEYWORDS_BY_TYPE.forEach((type, its) -> {
            if (its.stream().anyMatch(keywords::contains)) types.add(type);
          });
      case TextValue(String type) -> types.add(type);
      case ArrayValue(var elements) -> {
        for (Json element : elements) {
          if (element instanceof TextValue(String type)) types.add(type);
          else throw broken(where, "'type' holds " + element.write());
        }
      }
      case Json other -> throw broken(where, "'type' is " + other.write());
    }
    for (String type : types) {
      if (!TYPES.contains(type)) throw broken(where, "there is no type '%s'".formatted(type));
    }
    return types.isEmpty() ? List.of("any") : types;
  }

  private Expression typed(String type, ObjectValue schema, String where) {
    return switch (type) {
      case "object" -> object(schema, where);
      case "array" -> array(schema, where);
      case "string" -> scalar(type, schema, () -> string(schema, where));
      case "number" -> scalar(type, schema, () -> number(schema, where));
      case "integer" -> scalar(type, schema, () -> integer(schema, where));
      case "boolean" -> choice(text("true"), text("false"));
      case "null" -> text("null");
      default -> any();
    };
  }

  /// Returns the call of a rule that all places share whose values are restricted alike.
  private Call scalar(String type, ObjectValue schema, Supplier<Expression> rule) {
    var key = new LinkedHashMap<String, Json>();
    key.put("type", Json.of(type));
    String family = type.equals("integer") ? "number" : type;
    for (String keyword : KEYWORDS_BY_TYPE.getOrDefault(family, List.of())) {
      Json value = schema.members().get(keyword);
      if (value != null) key.put(keyword, value);
    }
    Call known = scalars.get(new ObjectValue(key));
    if (known != null) return known;
    var call = new Call(new ObjectValue(key).write());
    rules.put(call.rule(), rule.get());
    scalars.put(new ObjectValue(key), call);
    return call;
  }

  private Expression plainString() {
    var schema = Json.object().end();
    return scalar("string", schema, () -> string(schema, "#"));
  }

  private Expression any() {
    String name = "any";
    if (!rules.containsKey(name)) {
      rules.put(name, Expression.nothing());
      var nothing = Json.object().end();
      var element = new Call(name);
      var member = sequence(plainString(), colon, element);
      rules.put(
          name,
          choice(
              sequence(text("{"), gap, members(member), text("}")),
              sequence(text("["), gap, members(element), text("]")),
              plainString(),
              scalar("number", nothing, () -> NumberRange.NUMBER),
              text("true"),
              text("false"),
              text("null")));
    }
    return new Call(name);
  }

  private Expression members(Expression member) {
    return member.separatedBy(comma, 1, Repeat.UNBOUNDED).then(gap).optional();
  }

  private Expression string(ObjectValue schema, String where) {
    var requirements = new ArrayList<Nfa>();
    if (schema.members().containsKey("format")) {
      String format = textOf(schema, "format", where);
      requirements.add(
          Formats.named(format)
              .orElseThrow(() ->
                  broken(
                      where,
                      "the format '%s' is not supported, only %s"
                          .formatted(format, String.join(", ", Formats.names())))));
    }
    if (schema.members().containsKey("pattern")) {
      try {
        var pattern = RegexParser.ecma(textOf(schema, "pattern", where));
        requirements.add(Nfa.of(pattern).withoutAssertions());
      } catch (ConstraintException cause) {
        throw broken(where, Objects.requireNonNull(cause.getMessage()));
      }
    }
    if (schema.members().containsKey(PART_OF)) {
      requirements.add(Nfa.partsOf(textOf(schema, PART_OF, where)));
    }
    int min = count(schema, "minLength", where).orElse(0);
    int max = count(schema, "maxLength", where).orElse(Repeat.UNBOUNDED);
    if (max < min) throw broken(where, "'maxLength' is less than 'minLength'");
    boolean bounded = min > 0 || max < Repeat.UNBOUNDED;
    if (bounded || requirements.isEmpty()) {
      requirements.add(Nfa.of(new Characters(CodePoints.ALL).times(min, max)));
    }
    var spelling = schema.members().containsKey("format") ? Spelling.JSON_CANONICAL : Spelling.JSON;
    return new Quoted(requirements.stream().reduce(Nfa::and).orElseThrow(), spelling);
  }

  private Expression number(ObjectValue schema, String where) {
    var range = range(schema, where);
    var divisor = decimal(schema, "multipleOf", where);
    if (divisor.isEmpty()) return range.numbers();
    BigDecimal step = divisor.get().stripTrailingZeros();
    if (step.compareTo(BigDecimal.ONE) >= 0) return integer(schema, where);
    if (!step.unscaledValue().equals(BigInteger.ONE) || step.signum() <= 0) {
      throw broken(
          where,
          "'multipleOf' %s is not supported, only 0.1, 0.01, ... and integers".formatted(step));
    }
    return range.numbers(step.scale());
  }

  private Expression integer(ObjectValue schema, String where) {
    var range = range(schema, where);
    var divisor = decimal(schema, "multipleOf", where);
    if (divisor.isEmpty()) return range.integers();
    boolean whole = divisor.get().stripTrailingZeros().scale() <= 0 && divisor.get().signum() > 0;
    if (!whole || divisor.get().compareTo(BigDecimal.valueOf(LARGEST_DIVISOR)) > 0) {
      throw broken(
          where,
          "'multipleOf' %s is not supported, only integers from 1 to %,d"
              .formatted(divisor.get(), LARGEST_DIVISOR));
    }
    return range.multiples(divisor.get().intValueExact());
  }

  private static NumberRange range(ObjectValue schema, String where) {
    var lowest =
        stricter(
            decimal(schema, "minimum", where), decimal(schema, "exclusiveMinimum", where), true);
    var highest =
        stricter(
            decimal(schema, "maximum", where), decimal(schema, "exclusiveMaximum", where), false);
    return new NumberRange(lowest, highest);
  }

  private static Optional<Bound> stricter(
      Optional<BigDecimal> inclusive, Optional<BigDecimal> exclusive, boolean larger) {
    var with = inclusive.map(value -> new Bound(value, false));
    var without = exclusive.map(value -> new Bound(value, true));
    if (inclusive.isEmpty()) return without;
    if (exclusive.isEmpty()) return with;
    int order = inclusive.get().compareTo(exclusive.get());
    return (larger ? order > 0 : order < 0) ? with : without;
  }

  private Expression array(ObjectValue schema, String where) {
    var items = schema.members().getOrDefault("items", Json.of(true));
    var item = rule(items, where + "/items");
    int min = count(schema, "minItems", where).orElse(0);
    int max = count(schema, "maxItems", where).orElse(Repeat.UNBOUNDED);
    if (max < min) throw broken(where, "'maxItems' is less than 'minItems'");
    if (min > MOST_ITEMS || (max > MOST_ITEMS && max != Repeat.UNBOUNDED)) {
      throw broken(where, "more than %,d items are not supported".formatted(MOST_ITEMS));
    }
    var first = new ArrayList<Expression>();
    if (schema.members().containsKey("prefixItems")) {
      List<Json> schemas = array(schema, "prefixItems", where);
      for (int i = 0; i < schemas.size(); i++) {
        first.add(rule(schemas.get(i), where + "/prefixItems/" + i));
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

  /// Returns the call of a rule for a schema that is needed several times.
  private Expression rule(Json schema, String where) {
    if (!rules.containsKey(where)) {
      rules.put(where, Expression.nothing());
      rules.put(where, value(schema, where));
    }
    return new Call(where);
  }

  private Expression object(ObjectValue schema, String where) {
    var properties = new LinkedHashMap<String, Json>();
    if (schema.members().get("properties") instanceof ObjectValue(var members)) {
      properties.putAll(members);
    } else if (schema.members().containsKey("properties")) {
      throw broken(where, "'properties' is not an object");
    }
    Json additional =
        schema.members().getOrDefault("additionalProperties", Json.of(properties.isEmpty()));
    boolean open = !additional.equals(Json.of(false));
    var required = new LinkedHashSet<String>();
    for (Json name :
        schema.members().containsKey("required")
            ? array(schema, "required", where)
            : List.<Json>of()) {
      if (!(name instanceof TextValue(String key)))
        throw broken(where, "'required' holds " + name.write());
      if (!properties.containsKey(key)) {
        if (!open)
          throw broken(where, "'%s' is required but not among the properties".formatted(key));
        properties.put(key, additional);
      }
      required.add(key);
    }
    var members = new Nfa();
    int none = Nfa.START;
    int some = members.newState();
    for (var property : properties.entrySet()) {
      String key = property.getKey();
      var value = value(property.getValue(), where + "/properties/" + escaped(key));
      var member = sequence(literal(Json.of(key)), colon, value);
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
      var value = rule(additional, where + "/additionalProperties");
      var member = sequence(otherKey(properties.keySet()), colon, value);
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
  private Expression otherKey(Set<String> keys) {
    if (keys.isEmpty()) return plainString();
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

  private static String textOf(ObjectValue schema, String keyword, String where) {
    if (schema.members().get(keyword) instanceof TextValue(String text)) return text;
    throw broken(where, "'%s' is not a string".formatted(keyword));
  }

  private static List<Json> array(ObjectValue schema, String keyword, String where) {
    if (schema.members().get(keyword) instanceof ArrayValue(var elements)) return elements;
    throw broken(where, "'%s' is not an array".formatted(keyword));
  }

  private static Optional<BigDecimal> decimal(ObjectValue schema, String keyword, String where) {
    return switch (schema.members().get(keyword)) {
      case null -> Optional.empty();
      case NumberValue(BigDecimal value)
          when Math.abs((long) value.scale()) <= 400 && value.precision() <= 400 ->
          Optional.of(value);
      case Json other -> throw broken(where, "'%s' is %s".formatted(keyword, other.write()));
    };
  }

  private static Optional<Integer> count(ObjectValue schema, String keyword, String where) {
    return decimal(schema, keyword, where)
        .map(value -> {
          try {
            int count = value.intValueExact();
            if (count >= 0) return count;
          } catch (ArithmeticException tooLarge) {
            // reported below, with the negative ones
          }
          throw broken(where, "'%s' is %s".formatted(keyword, value));
        });
  }

  private static ConstraintException broken(String where, String what) {
    return new ConstraintException("schema, %s: %s".formatted(where, what));
  }
}
