package altiplano.model;

import altiplano.files.Json;
import altiplano.testing.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.stream.Stream;

/// What other engines computed for the fixtures: `fixtures/oracle.json`.
///
/// @param value what stands at some path in it
record Oracle(Json value) {
  static Oracle open() {
    try {
      return new Oracle(Json.parse(Files.readAllBytes(Shared.path("fixtures/oracle.json"))));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  Oracle at(String... keys) {
    var at = value;
    for (var key : keys) at = ((Json.ObjectValue) at).get(key).orElseThrow();
    return new Oracle(at);
  }

  double[] numbers(String key) {
    return elements(key)
        .mapToDouble(number -> ((Json.NumberValue) number).value().doubleValue())
        .toArray();
  }

  int[] ids(String key) {
    return elements(key).mapToInt(id -> ((Json.NumberValue) id).value().intValueExact()).toArray();
  }

  private Stream<Json> elements(String key) {
    return ((Json.ArrayValue) at(key).value).elements().stream();
  }
}
