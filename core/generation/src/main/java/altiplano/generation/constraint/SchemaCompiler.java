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
import altiplano.generation.JsonLayout;
import altiplano.generation.constraint.Expression.Call;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Quoted;
import altiplano.generation.constraint.Expression.Repeat;
import altiplano.generation.constraint.Nfa.Spelling;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  private static final Map<String, List<String>> KEYWORDS_BY_TYPE = new LinkedHashMap<>();

  static {
    KEYWORDS_BY_TYPE.put("object", ObjectSchema.KEYWORDS);
    KEYWORDS_BY_TYPE.put("array", ArraySchema.KEYWORDS);
    KEYWORDS_BY_TYPE.put("string", StringSchema.KEYWORDS);
    KEYWORDS_BY_TYPE.put("number", NumberSchema.KEYWORDS);
  }

  private static final Set<String> TYPES =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");

  private final Json document;
  private final Punctuation punctuation;
  private final Rules rules;
  private final String namespace;

  /// Makes a compiler that adds to rules.
  ///
  /// @param document the whole schema, to which references point
  /// @param namespace before the names of the rules that only this schema may call
  SchemaCompiler(Json document, JsonLayout layout, Rules rules, String namespace) {
    this.document = document;
    this.rules = rules;
    this.namespace = namespace;
    punctuation = Punctuation.of(layout);
  }

  /// The rules of a grammar in the making.
  ///
  /// @param scalars rules that all places share whose values are restricted alike
  record Rules(Map<String, Expression> byName, Map<Json, Call> scalars) {
    Rules() {
      this(new LinkedHashMap<>(), new HashMap<>());
    }
  }

  /// Compiles a schema.
  ///
  /// @throws altiplano.generation.ConstraintException if it is broken, contradicts itself or uses
  ///   what is not supported; the message names the place as a JSON pointer
  public static Grammar compile(Json schema, JsonLayout layout) {
    return new SchemaCompiler(schema, layout, new Rules(), "").grammar(schema, "#");
  }

  /// Returns the grammar of all JSON texts without white space.
  public static Grammar anyJson() {
    return compile(Json.of(true), JsonLayout.COMPACT);
  }

  private Grammar grammar(Json schema, String where) {
    Expression value = value(schema, where);
    rules.byName.put("", sequence(punctuation.gap(), value, punctuation.gap()));
    return new Grammar(rules.byName, "");
  }

  Punctuation punctuation() {
    return punctuation;
  }

  /// Returns the values that a schema accepts.
  Expression value(Json schema, String where) {
    return switch (schema) {
      case BoolValue(boolean anything) -> anything ? any() : Expression.nothing();
      case ObjectValue object -> value(object, where);
      default ->
          throw Keywords.broken(where, "a schema is an object or a boolean, not " + schema.write());
    };
  }

  private Expression value(ObjectValue schema, String where) {
    var keywords = new LinkedHashSet<>(schema.members().keySet());
    keywords.removeAll(ANNOTATIONS);
    keywords.removeIf(keyword -> keyword.startsWith("x-") && !keyword.equals(StringSchema.PART_OF));
    for (String keyword : keywords) checkSupported(keyword, schema, where);
    if (keywords.contains("$ref")) {
      alone("$ref", keywords, where);
      return reference(Keywords.text(schema, "$ref", where), where);
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
    throw Keywords.broken(
        where, "the keyword '%s' is not supported. %s".formatted(keyword, remedy));
  }

  private static void alone(String keyword, Set<String> keywords, String where) {
    for (String other : keywords) {
      if (other.equals(keyword)) continue;
      throw Keywords.broken(
          where,
          "the keyword '%s' beside '%s' is not supported. Move it into the schemas of '%s'."
              .formatted(other, keyword, keyword));
    }
  }

  private Expression alternatives(ObjectValue schema, String where) {
    var options = new ArrayList<Expression>();
    List<Json> schemas = Keywords.array(schema, "anyOf", where);
    if (schemas.isEmpty()) throw Keywords.broken(where, "'anyOf' has no schemas");
    for (int i = 0; i < schemas.size(); i++) {
      options.add(value(schemas.get(i), where + "/anyOf/" + i));
    }
    return new Choice(options);
  }

  /// Returns the call of a rule that stands for the schema at `pointer`.
  private Expression reference(String pointer, String where) {
    if (!pointer.equals("#") && !pointer.startsWith("#/")) {
      throw Keywords.broken(
          where, "'$ref' to '%s' is not supported, only '#' and '#/...' are".formatted(pointer));
    }
    String name = namespace + pointer;
    if (!rules.byName.containsKey(name)) {
      // Holds the place while the schema may refer to itself.
      rules.byName.put(name, Expression.nothing());
      rules.byName.put(name, value(resolve(pointer, where), pointer));
    }
    return new Call(name);
  }

  private Json resolve(String pointer, String where) {
    Json found = document;
    for (String part : pointer.split("/", -1)) {
      if (part.equals("#")) continue;
      String key = URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
      found =
          member(found, key.replace("~1", "/").replace("~0", "~"))
              .orElseThrow(
                  () -> Keywords.broken(where, "'$ref' to '%s' leads nowhere".formatted(pointer)));
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
    if (keywords.contains("enum")) values.addAll(Keywords.array(schema, "enum", where));
    else values.add(schema.members().get("const"));
    var others = new LinkedHashMap<>(schema.members());
    others.keySet().removeIf(keyword -> !keywords.contains(keyword));
    others.remove(keywords.contains("enum") ? "enum" : "const");
    if (!others.isEmpty()) {
      Grammar rest =
          new SchemaCompiler(document, JsonLayout.COMPACT, new Rules(), namespace)
              .grammar(new ObjectValue(others), where);
      var automaton = Automaton.of(rest);
      values.removeIf(value -> !automaton.accepts(value.write().getBytes(UTF_8)));
    }
    if (values.isEmpty()) throw Keywords.broken(where, "no value is left that all keywords accept");
    return new Choice(values.stream().map(this::literal).toList());
  }

  /// Returns the one text of a value.
  Expression literal(Json value) {
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
                          literal(Json.of(member.getKey())),
                          punctuation.colon(),
                          literal(member.getValue())))
                  .toList(),
              text("}"));
      case NumberValue _, BoolValue _, NullValue _ -> text(value.write());
    };
  }

  private Expression list(Expression open, List<Expression> elements, Expression close) {
    var parts = new ArrayList<>(List.of(open, punctuation.gap()));
    for (Expression element : elements) {
      if (parts.size() > 2) parts.add(punctuation.comma());
      parts.add(element);
    }
    if (!elements.isEmpty()) parts.add(punctuation.gap());
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
          else throw Keywords.broken(where, "'type' holds " + element.write());
        }
      }
      case Json other -> throw Keywords.broken(where, "'type' is " + other.write());
    }
    for (String type : types) {
      if (!TYPES.contains(type))
        throw Keywords.broken(where, "there is no type '%s'".formatted(type));
    }
    return types.isEmpty() ? List.of("any") : types;
  }

  private Expression typed(String type, ObjectValue schema, String where) {
    return switch (type) {
      case "object" -> ObjectSchema.of(schema, where, this);
      case "array" -> ArraySchema.of(schema, where, this);
      case "string" -> scalar(type, schema, () -> StringSchema.of(schema, where));
      case "number" -> scalar(type, schema, () -> NumberSchema.numbers(schema, where));
      case "integer" -> scalar(type, schema, () -> NumberSchema.integers(schema, where));
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
    Call known = rules.scalars.get(new ObjectValue(key));
    if (known != null) return known;
    var call = new Call(new ObjectValue(key).write());
    rules.byName.put(call.rule(), rule.get());
    rules.scalars.put(new ObjectValue(key), call);
    return call;
  }

  /// Returns all strings.
  Expression plainString() {
    var schema = Json.object().end();
    return scalar("string", schema, () -> StringSchema.of(schema, "#"));
  }

  private Expression any() {
    String name = "any";
    if (!rules.byName.containsKey(name)) {
      rules.byName.put(name, Expression.nothing());
      var nothing = Json.object().end();
      var element = new Call(name);
      var member = sequence(plainString(), punctuation.colon(), element);
      rules.byName.put(
          name,
          choice(
              sequence(text("{"), punctuation.gap(), members(member), text("}")),
              sequence(text("["), punctuation.gap(), members(element), text("]")),
              plainString(),
              scalar("number", nothing, () -> NumberRange.NUMBER),
              text("true"),
              text("false"),
              text("null")));
    }
    return new Call(name);
  }

  private Expression members(Expression member) {
    return member
        .separatedBy(punctuation.comma(), 1, Repeat.UNBOUNDED)
        .then(punctuation.gap())
        .optional();
  }

  /// Returns the call of a rule for a schema that is needed several times.
  Expression rule(Json schema, String where) {
    String name = namespace + where;
    if (!rules.byName.containsKey(name)) {
      rules.byName.put(name, Expression.nothing());
      rules.byName.put(name, value(schema, where));
    }
    return new Call(name);
  }
}
