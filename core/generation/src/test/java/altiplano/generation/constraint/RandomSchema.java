package altiplano.generation.constraint;

import altiplano.files.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/// A random schema and, by a way of its own, random values that fit it.
///
/// @param fitting makes a value that the schema accepts, its properties in the schema's order
record RandomSchema(Json schema, Supplier<Json> fitting) {
  private static final String[] KEYS = {"a", "ab", "b", "名", "x y", "quote\"", "\\"};
  private static final String[] TEXTS = {"", "a", "ab", "é\n", "中文", "😀", "\"\\/", "\u0001"};

  static RandomSchema of(Random random) {
    return value(random, 3);
  }

  private static RandomSchema value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 7 : 11)) {
      case 0 -> new RandomSchema(type("boolean"), () -> Json.of(random.nextBoolean()));
      case 1 -> new RandomSchema(type("null"), Json.NullValue::new);
      case 2 -> string(random);
      case 3 -> integer(random);
      case 4 -> number(random);
      case 5 -> literals(random);
      case 6 -> anything(random);
      case 7 -> array(random, depth);
      case 8, 9 -> object(random, depth);
      default -> {
        var options = List.of(value(random, depth - 1), value(random, depth - 1));
        var schemas = options.stream().map(RandomSchema::schema).toList();
        yield new RandomSchema(
            Json.object().put("anyOf", new Json.ArrayValue(schemas)).end(),
            () -> options.get(random.nextInt(2)).fitting.get());
      }
    };
  }

  private static Json type(String name) {
    return Json.object().put("type", name).end();
  }

  private static RandomSchema anything(Random random) {
    return new RandomSchema(
        random.nextBoolean() ? Json.of(true) : Json.object().end(), () -> free(random, 2));
  }

  private static Json free(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> new Json.NullValue();
      case 1 -> Json.of(text(random));
      case 2 -> Json.of(random.nextGaussian() * Math.pow(10, random.nextInt(30) - 15));
      case 3 -> Json.of(random.nextBoolean());
      case 4 -> new Json.ArrayValue(List.of(free(random, depth - 1), free(random, depth - 1)));
      default -> Json.object().put(text(random), free(random, depth - 1)).end();
    };
  }

  private static String text(Random random) {
    return TEXTS[random.nextInt(TEXTS.length)] + TEXTS[random.nextInt(TEXTS.length)];
  }

  private static RandomSchema string(Random random) {
    var schema = Json.object().put("type", "string");
    return switch (random.nextInt(3)) {
      case 0 -> new RandomSchema(schema.end(), () -> Json.of(text(random)));
      case 1 -> {
        schema.put("pattern", "^[a-c中]+$").put("maxLength", 6);
        yield new RandomSchema(
            schema.end(), () -> Json.of("abc中".repeat(2).substring(random.nextInt(3), 5)));
      }
      default -> {
        int min = random.nextInt(3);
        int max = min + random.nextInt(4);
        schema.put("minLength", min).put("maxLength", max);
        yield new RandomSchema(
            schema.end(),
            () ->
                Json.of(
                    "é\"😀z"
                        .repeat(4)
                        .codePoints()
                        .limit(min + random.nextInt(max - min + 1))
                        .collect(
                            StringBuilder::new,
                            StringBuilder::appendCodePoint,
                            StringBuilder::append)
                        .toString()));
      }
    };
  }

  private static RandomSchema integer(Random random) {
    long low = random.nextLong(-200, 200);
    long high = low + random.nextInt(2000);
    var schema = Json.object().put("type", "integer");
    return switch (random.nextInt(4)) {
      case 0 -> new RandomSchema(schema.end(), () -> Json.of(random.nextLong()));
      case 1 ->
          new RandomSchema(
              schema.put("minimum", low).end(), () -> Json.of(low + random.nextInt(100_000)));
      case 2 ->
          new RandomSchema(
              schema.put("exclusiveMaximum", high).end(),
              () -> Json.of(high - 1 - random.nextInt(9999)));
      default ->
          new RandomSchema(
              schema.put("minimum", low).put("maximum", high).end(),
              () -> Json.of(random.nextLong(low, high + 1)));
    };
  }

  private static RandomSchema number(Random random) {
    var low = BigDecimal.valueOf(random.nextInt(4000) - 2000, random.nextInt(4));
    var width = BigDecimal.valueOf(random.nextInt(4000) + 1, random.nextInt(4));
    var schema = Json.object().put("type", "number").put("minimum", new Json.NumberValue(low));
    boolean open = random.nextBoolean();
    schema.put(open ? "exclusiveMaximum" : "maximum", new Json.NumberValue(low.add(width)));
    return new RandomSchema(
        schema.end(),
        () ->
            new Json.NumberValue(
                new BigDecimal(
                    low.add(width.multiply(BigDecimal.valueOf(random.nextInt(1000), 3)))
                        .toPlainString())));
  }

  private static RandomSchema literals(Random random) {
    var values = new ArrayList<Json>();
    for (int i = 0; i <= random.nextInt(4); i++) values.add(free(random, 2));
    return new RandomSchema(
        Json.object().put("enum", new Json.ArrayValue(values)).end(),
        () -> values.get(random.nextInt(values.size())));
  }

  private static RandomSchema array(Random random, int depth) {
    RandomSchema item = value(random, depth - 1);
    int min = random.nextInt(3);
    int max = min + random.nextInt(3);
    var schema = Json.object().put("type", "array").put("items", item.schema);
    schema.put("minItems", min).put("maxItems", max);
    return new RandomSchema(
        schema.end(),
        () -> {
          var elements = new ArrayList<Json>();
          for (int n = min + random.nextInt(max - min + 1); n > 0; n--)
            elements.add(item.fitting.get());
          return new Json.ArrayValue(elements);
        });
  }

  private static RandomSchema object(Random random, int depth) {
    var properties = new LinkedHashMap<String, RandomSchema>();
    for (int i = random.nextInt(4); i > 0; i--) {
      properties.put(KEYS[random.nextInt(KEYS.length)], value(random, depth - 1));
    }
    var required = new ArrayList<String>();
    var members = new LinkedHashMap<String, Json>();
    properties.forEach((key, value) -> {
      members.put(key, value.schema);
      if (random.nextBoolean()) required.add(key);
    });
    RandomSchema other = value(random, 0);
    boolean open = random.nextBoolean();
    var schema =
        Json.object().put("type", "object").put("properties", new Json.ObjectValue(members));
    schema.put("required", new Json.ArrayValue(required.stream().map(Json::of).toList()));
    schema.put("additionalProperties", open ? other.schema : Json.of(false));
    return new RandomSchema(
        schema.end(),
        () -> member(properties, required, open ? List.of(other) : List.of(), random));
  }

  private static Json member(
      Map<String, RandomSchema> properties,
      List<String> required,
      List<RandomSchema> others,
      Random random) {
    var members = new LinkedHashMap<String, Json>();
    properties.forEach((key, value) -> {
      if (required.contains(key) || random.nextBoolean()) members.put(key, value.fitting.get());
    });
    for (RandomSchema other : others) {
      for (String key : KEYS) {
        if (!properties.containsKey(key) && random.nextInt(4) == 0) {
          members.put(key, other.fitting.get());
        }
      }
    }
    return new Json.ObjectValue(members);
  }
}
