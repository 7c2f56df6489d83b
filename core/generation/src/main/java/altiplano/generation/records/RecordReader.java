package altiplano.generation.records;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.BoolValue;
import altiplano.files.Json.NullValue;
import altiplano.files.Json.NumberValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import altiplano.generation.JsonMismatchException;
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
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Makes records of JSON.
public final class RecordReader {
  private RecordReader() {}

  /// Returns the value of a shape that JSON describes.
  ///
  /// @throws JsonMismatchException if it does not fit
  public static Object read(Shape shape, Json json) {
    return read(shape, json, "$");
  }

  private static Object read(Shape shape, Json json, String where) {
    return switch (shape) {
      case Text(var format, var parse) -> {
        String expected = format.orElse("text");
        if (!(json instanceof TextValue(String text))) throw mismatch(where, expected, json);
        try {
          yield parse.apply(text);
        } catch (RuntimeException broken) {
          throw mismatch(where, expected, json);
        }
      }
      case Whole(_, _, var convert) -> {
        if (!(json instanceof NumberValue(var number))) throw mismatch(where, "an integer", json);
        try {
          yield convert.apply(number);
        } catch (ArithmeticException beyond) {
          throw mismatch(where, "an integer of this size", json);
        }
      }
      case Decimal(var convert) -> {
        if (!(json instanceof NumberValue(var number))) throw mismatch(where, "a number", json);
        yield convert.apply(number);
      }
      case Flag _ -> {
        if (!(json instanceof BoolValue(boolean value))) {
          throw mismatch(where, "true or false", json);
        }
        yield value;
      }
      case Constant(var byName) -> {
        Object constant = json instanceof TextValue(String name) ? byName.get(name) : null;
        if (constant == null) throw mismatch(where, "one of " + byName.keySet(), json);
        yield constant;
      }
      case Elements(Shape element) -> {
        if (!(json instanceof ArrayValue(var values))) throw mismatch(where, "an array", json);
        var list = new ArrayList<>();
        for (Json value : values) list.add(read(element, value, where + "[" + list.size() + "]"));
        yield List.copyOf(list);
      }
      case Maybe(Shape value) ->
          json instanceof NullValue ? Optional.empty() : Optional.of(read(value, json, where));
      case RecordOf object -> object(object, members(json, where), Set.of(), where);
      case OneOf one -> oneOf(one, members(json, where), where);
    };
  }

  private static Map<String, Json> members(Json json, String where) {
    if (json instanceof ObjectValue(var members)) return members;
    throw mismatch(where, "an object", json);
  }

  private static Object oneOf(OneOf one, Map<String, Json> members, String where) {
    var names = new ArrayList<String>();
    for (RecordOf variant : one.variants()) {
      String name = variant.type().getSimpleName();
      names.add(name);
      if (Json.of(name).equals(members.get(SchemaWriter.VARIANT))) {
        return object(variant, members, Set.of(SchemaWriter.VARIANT), where);
      }
    }
    throw mismatch(
        where + "." + SchemaWriter.VARIANT,
        "one of " + names,
        members.getOrDefault(SchemaWriter.VARIANT, new NullValue()));
  }

  private static Object object(
      RecordOf object, Map<String, Json> members, Set<String> others, String where) {
    var values = new ArrayList<>();
    var unknown = new HashSet<>(members.keySet());
    unknown.removeAll(others);
    for (Component component : object.components()) {
      String place = where + "." + component.name();
      Json value = members.get(component.name());
      unknown.remove(component.name());
      if (value != null) values.add(read(component.shape(), value, place));
      else if (component.shape() instanceof Maybe) values.add(Optional.empty());
      else throw new JsonMismatchException(place + ": missing");
    }
    if (!unknown.isEmpty()) {
      throw new JsonMismatchException(
          "%s: %s has no component %s".formatted(where, object.type().getSimpleName(), unknown));
    }
    try {
      return object.constructor().newInstance(values.toArray());
    } catch (InvocationTargetException refused) {
      throw new JsonMismatchException(
          "%s: %s refuses its values: %s"
              .formatted(where, object.type().getSimpleName(), refused.getCause()));
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException("the constructor was made accessible", impossible);
    }
  }

  private static JsonMismatchException mismatch(String where, String expected, Json found) {
    String text = found.write();
    return new JsonMismatchException(
        "%s: expected %s, found %s"
            .formatted(where, expected, text.length() > 60 ? text.substring(0, 60) + "…" : text));
  }
}
