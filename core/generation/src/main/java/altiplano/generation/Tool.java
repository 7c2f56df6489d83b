package altiplano.generation;

import altiplano.files.Json;
import altiplano.files.Json.ObjectValue;
import java.util.function.Function;

/// A function that a model may call.
///
/// ```java
/// record Lake(@Description("its name") String name) {}
///
/// var depth = Tool.of("lake_depth", "Depth of a lake in metres", Lake.class, lake -> "281");
/// ```
///
/// @param name letters, digits, `_` and `-`
/// @param description for the model
/// @param parameters JSON schema of the arguments, an object
/// @param action takes the arguments and returns what the model reads as the result
public record Tool(
    String name, String description, Json parameters, Function<ObjectValue, String> action) {
  public Tool {
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new IllegalArgumentException(
          "a tool's name is 1 to 64 letters, digits, '_' or '-', not '%s'".formatted(name));
    }
  }

  /// Makes a tool whose arguments are a record.
  ///
  /// @throws IllegalArgumentException as [JsonSchema#of]
  public static <T> Tool of(
      String name, String description, Class<T> arguments, Function<T, String> action) {
    var schema = JsonSchema.of(arguments);
    return new Tool(name, description, schema.json(), values -> action.apply(schema.read(values)));
  }
}
