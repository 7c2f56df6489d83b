package altiplano.generation;

import altiplano.files.Json;
import altiplano.generation.records.RecordReader;
import altiplano.generation.records.SchemaWriter;
import altiplano.generation.records.Types;

/// The JSON schema of a record type, and the way from JSON back to the record.
///
/// ```java
/// record Visit(@Description("main complaint") String complaint, Optional<Integer> days) {}
///
/// var schema = JsonSchema.of(Visit.class);
/// var options = GenerationOptions.defaults().withConstraint(schema.constraint());
/// Visit visit = schema.read("{\"complaint\":\"头痛\",\"days\":2}");
/// ```
///
/// A component may be a `String`, a primitive or its box, `BigInteger`, `BigDecimal`, `LocalDate`,
/// `OffsetDateTime`, `UUID`, `URI`, an enum (its constants' names), a record, a sealed interface of
/// records (told apart by the property `type`, the record's simple name), a `List` of these, or an
/// `Optional` of these, whose property may be absent. Types may recur. Immutable and thread-safe.
///
/// @param <T> the record, or a sealed interface of records
public final class JsonSchema<T> {
  private final Class<T> type;
  private final Types types;
  private final Json schema;

  private JsonSchema(Class<T> type) {
    this.type = type;
    types = new Types(type);
    schema = SchemaWriter.schema(types);
  }

  /// Returns the schema of a type.
  ///
  /// @throws IllegalArgumentException if the type, or one it is made of, has no JSON form here; the
  ///   message names the component
  public static <T> JsonSchema<T> of(Class<T> type) {
    return new JsonSchema<>(type);
  }

  /// Returns the schema as JSON (draft 2020-12); objects are closed.
  public Json json() {
    return schema;
  }

  /// Returns the constraint under which a model writes nothing else.
  public Constraint constraint() {
    return constraint(JsonLayout.COMPACT);
  }

  /// As [#constraint()], with white space.
  public Constraint constraint(JsonLayout layout) {
    return Constraint.jsonSchema(schema, layout);
  }

  /// Makes the record that JSON text describes.
  ///
  /// @throws JsonMismatchException if it does not fit; the message names the place
  /// @throws Json.JsonException if it is not JSON
  public T read(String json) {
    return read(Json.parse(json));
  }

  /// As [#read(String)].
  public T read(Json json) {
    return type.cast(RecordReader.read(types.root(), json));
  }
}
