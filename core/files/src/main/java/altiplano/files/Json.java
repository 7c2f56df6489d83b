package altiplano.files;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// A JSON value (RFC 8259). The only place where `core` touches a JSON library.
///
/// Reading refuses duplicate keys, trailing text and nesting deeper than 256.
public sealed interface Json {
  /// An object; keys keep their order.
  record ObjectValue(Map<String, Json> members) implements Json {
    public ObjectValue {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /// Returns the value under `key`; a JSON `null` counts as absent.
    public Optional<Json> get(String key) {
      return Optional.ofNullable(members.get(key)).filter(value -> !(value instanceof NullValue));
    }
  }

  record ArrayValue(List<Json> elements) implements Json {
    public ArrayValue {
      elements = List.copyOf(elements);
    }
  }

  record TextValue(String value) implements Json {}

  /// A number, as exact as it was written.
  record NumberValue(BigDecimal value) implements Json {}

  record BoolValue(boolean value) implements Json {}

  record NullValue() implements Json {}

  static Json of(String value) {
    return new TextValue(value);
  }

  static Json of(boolean value) {
    return new BoolValue(value);
  }

  static Json of(long value) {
    return new NumberValue(BigDecimal.valueOf(value));
  }

  /// Returns a JSON number.
  ///
  /// @throws IllegalArgumentException for NaN and infinities, which JSON lacks
  static Json of(double value) {
    if (!Double.isFinite(value)) throw new IllegalArgumentException("JSON has no number " + value);
    return new NumberValue(Writing.decimal(Double.toString(value)));
  }

  /// As [#of(double)], with the digits that tell float32 values apart.
  static Json of(float value) {
    if (!Float.isFinite(value)) throw new IllegalArgumentException("JSON has no number " + value);
    return new NumberValue(Writing.decimal(Float.toString(value)));
  }

  /// Starts an object: `Json.object().put("a", 1).end()`.
  static ObjectBuilder object() {
    return new ObjectBuilder();
  }

  /// Reads one JSON text.
  ///
  /// @throws JsonException if it is not JSON; the message names line and column
  static Json parse(String text) {
    return Parsing.parse(text, Integer.MAX_VALUE);
  }

  /// Reads one JSON text from UTF-8 bytes.
  ///
  /// @throws JsonException if it is not UTF-8 or not JSON; the message names line and column
  static Json parse(byte[] utf8) {
    return parse(Parsing.decode(utf8));
  }

  /// As [#parse(byte[])], for text from strangers: refuses more than `mostValues` values, counted
  /// through all levels, before they take memory.
  static Json parse(byte[] utf8, int mostValues) {
    return Parsing.parse(Parsing.decode(utf8), mostValues);
  }

  /// Returns this value as JSON without white space.
  default String write() {
    return Writing.write(this, false);
  }

  /// Returns this value as indented JSON.
  default String writeIndented() {
    return Writing.write(this, true);
  }

  /// Not JSON, or JSON beyond the limits.
  final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JsonException(String message) {
      super(message);
    }

    JsonException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// Collects the members of an object.
  final class ObjectBuilder {
    private final Map<String, Json> members = new LinkedHashMap<>();

    private ObjectBuilder() {}

    public ObjectBuilder put(String key, Json value) {
      members.put(key, value);
      return this;
    }

    public ObjectBuilder put(String key, String value) {
      return put(key, of(value));
    }

    public ObjectBuilder put(String key, long value) {
      return put(key, of(value));
    }

    public ObjectBuilder put(String key, double value) {
      return put(key, of(value));
    }

    public ObjectBuilder put(String key, float value) {
      return put(key, of(value));
    }

    public ObjectBuilder put(String key, boolean value) {
      return put(key, of(value));
    }

    public ObjectValue end() {
      return new ObjectValue(members);
    }
  }

  /// The reading half; not part of the API.
  final class Parsing {
    private static final int MAX_DEPTH = 256;
    private static final JsonFactory FACTORY =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(1000)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonParser parser;
    private int valuesLeft;

    private Parsing(JsonParser parser, int mostValues) {
      this.parser = parser;
      this.valuesLeft = mostValues;
    }

    private static Json parse(String text, int mostValues) {
      try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
        return new Parsing(parser, mostValues).document();
      } catch (JacksonException broken) {
        throw broken(broken);
      }
    }

    private static String decode(byte[] utf8) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      } catch (CharacterCodingException broken) {
        throw new JsonException("not UTF-8", broken);
      }
    }

    private Json document() {
      JsonToken first = parser.nextToken();
      if (first == null) throw new JsonException("no JSON value: the text is empty");
      Json value = value(first);
      if (parser.nextToken() != null) {
        throw new JsonException(
            "text after the JSON value at " + parser.currentTokenLocation().offsetDescription());
      }
      return value;
    }

    private Json value(JsonToken token) {
      if (valuesLeft-- == 0) throw new JsonException("more values than allowed here");
      return switch (token) {
        case START_OBJECT -> {
          var members = new LinkedHashMap<String, Json>();
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            members.put(key, value(parser.nextToken()));
          }
          yield new ObjectValue(members);
        }
        case START_ARRAY -> {
          var elements = new ArrayList<Json>();
          for (JsonToken next = parser.nextToken();
              next != JsonToken.END_ARRAY;
              next = parser.nextToken()) {
            elements.add(value(next));
          }
          yield new ArrayValue(elements);
        }
        case VALUE_STRING -> new TextValue(parser.getString());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new NumberValue(parser.getDecimalValue());
        case VALUE_TRUE -> new BoolValue(true);
        case VALUE_FALSE -> new BoolValue(false);
        case VALUE_NULL -> new NullValue();
        case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
            throw new IllegalStateException("a value cannot start with " + token);
      };
    }

    private static JsonException broken(JacksonException cause) {
      var where =
          Optional.ofNullable(cause.getLocation())
              .map(location -> " at " + location.offsetDescription())
              .orElse("");
      return new JsonException("not JSON: " + cause.getOriginalMessage() + where, cause);
    }
  }

  /// The writing half; not part of the API.
  final class Writing {
    private Writing() {}

    /// Returns the number without the zero of `1.0E-5`, but with that of `8.0`.
    private static BigDecimal decimal(String number) {
      var exact = new BigDecimal(number);
      var shortest = exact.stripTrailingZeros();
      return shortest.scale() > 0 ? shortest : exact;
    }

    private static String write(Json value, boolean indented) {
      var text = new StringWriter();
      try (JsonGenerator generator =
          Parsing.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
        generate(value, generator, indented, 0);
      }
      return text.toString();
    }

    private static void generate(Json value, JsonGenerator out, boolean indented, int depth) {
      switch (value) {
        case ObjectValue(var members) -> {
          out.writeStartObject();
          members.forEach((key, member) -> {
            if (indented) newLine(out, depth + 1, "");
            out.writeName(key);
            generate(member, out, indented, depth + 1);
          });
          out.writeEndObject();
        }
        case ArrayValue(var elements) -> {
          out.writeStartArray();
          for (Json element : elements) generate(element, out, indented, depth + 1);
          out.writeEndArray();
        }
        case TextValue(var string) -> out.writeString(string);
        case NumberValue(var number) -> out.writeNumber(number.toString());
        case BoolValue(var bool) -> out.writeBoolean(bool);
        case NullValue() -> out.writeNull();
      }
    }

    private static void newLine(JsonGenerator out, int depth, String before) {
      out.writeRaw(before + "\n" + "  ".repeat(depth));
    }
  }
}
