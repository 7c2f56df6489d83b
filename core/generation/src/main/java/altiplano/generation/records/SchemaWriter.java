package altiplano.generation.records;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectBuilder;
import altiplano.generation.records.Shape.Component;
import altiplano.generation.records.Shape.Constant;
import altiplano.generation.records.Shape.Decimal;
import altiplano.generation.records.Shape.Elements;
import altiplano.generation.records.Shape.Flag;
import altiplano.generation.records.Shape.Maybe;
import altiplano.generation.records.Shape.OneOf;
import altiplano.generation.records.Shape.RecordOf;
import altiplano.generation.records.Shape.Text;
import altiplano.generation.records.Shape.Whole;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/// Writes shapes as JSON Schema.
///
/// The root stands where it is, other records and interfaces under `$defs`; an Optional component
/// is a property that is not required.
public final class SchemaWriter {
  static final String VARIANT = "type";

  private final Class<?> root;

  private SchemaWriter(Class<?> root) {
    this.root = root;
  }

  /// Returns the schema of the root of `types`.
  public static Json schema(Types types) {
    var writer = new SchemaWriter(types.rootType());
    var schema = writer.definition(types.root());
    var definitions = Json.object();
    boolean any = false;
    for (Map.Entry<Class<?>, Shape> named : types.named().entrySet()) {
      if (named.getKey() == types.rootType()) continue;
      definitions.put(name(named.getKey()), writer.definition(named.getValue()).end());
      any = true;
    }
    if (any) schema.put("$defs", definitions.end());
    return schema.end();
  }

  private static String name(Class<?> type) {
    return type.getSimpleName();
  }

  private ObjectBuilder definition(Shape shape) {
    return switch (shape) {
      case RecordOf object -> object(object, Optional.empty());
      case OneOf(Class<?> type, var variants) -> {
        var options = new ArrayList<Json>();
        for (RecordOf variant : variants) {
          options.add(object(variant, Optional.of(name(variant.type()))).end());
        }
        yield described(Types.description(type)).put("anyOf", new ArrayValue(options));
      }
      default -> throw new IllegalStateException("only named types are defined");
    };
  }

  private ObjectBuilder object(RecordOf object, Optional<String> variant) {
    var properties = Json.object();
    var required = new ArrayList<Json>();
    variant.ifPresent(name -> {
      properties.put(VARIANT, Json.object().put("const", name).end());
      required.add(Json.of(VARIANT));
    });
    for (Component component : object.components()) {
      Shape shape = component.shape() instanceof Maybe(Shape value) ? value : component.shape();
      properties.put(component.name(), property(shape, component.description()));
      if (!(component.shape() instanceof Maybe)) required.add(Json.of(component.name()));
    }
    return described(Types.description(object.type()))
        .put("type", "object")
        .put("properties", properties.end())
        .put("required", new ArrayValue(required))
        .put("additionalProperties", false);
  }

  private Json property(Shape shape, String description) {
    var schema = described(description);
    switch (shape) {
      case Text(var format, _) -> {
        schema.put("type", "string");
        format.ifPresent(name -> schema.put("format", name));
      }
      case Whole(var min, var max, _) -> {
        schema.put("type", "integer");
        min.ifPresent(value -> schema.put("minimum", value));
        max.ifPresent(value -> schema.put("maximum", value));
      }
      case Decimal _ -> schema.put("type", "number");
      case Flag _ -> schema.put("type", "boolean");
      case Constant(var byName) ->
          schema.put("enum", new ArrayValue(byName.keySet().stream().map(Json::of).toList()));
      case Elements(Shape element) ->
          schema.put("type", "array").put("items", property(element, ""));
      case Maybe(Shape value) -> {
        var options = new ArrayList<Json>();
        options.add(property(value, ""));
        options.add(Json.object().put("type", "null").end());
        schema.put("anyOf", new ArrayValue(options));
      }
      case RecordOf(Class<?> type, _, _) -> schema.put("$ref", reference(type));
      case OneOf(Class<?> type, _) -> schema.put("$ref", reference(type));
    }
    return schema.end();
  }

  private String reference(Class<?> type) {
    return type == root ? "#" : "#/$defs/" + name(type);
  }

  private static ObjectBuilder described(String description) {
    var schema = Json.object();
    if (!description.isEmpty()) schema.put("description", description);
    return schema;
  }
}
