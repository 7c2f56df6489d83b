package altiplano.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.generation.Constraint;
import altiplano.generation.JsonLayout;
import java.util.ArrayList;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The laws of a schema's constraint, over random schemas, values, vocabularies and walks.
class SchemaPropertiesTest {
  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void what_fits_is_never_refused_and_what_ends_fits(long seed) {
    var random = new Random(seed);
    var made = RandomSchema.of(random);
    var samples = new ArrayList<String>();
    for (int i = 0; i < 5; i++) samples.add(made.fitting().get().write());
    samples.add(made.schema().write());
    var tokens = new ByteTokens(samples, 60, random);
    var compact = Constraint.jsonSchema(made.schema());
    var free = Constraint.jsonSchema(made.schema(), JsonLayout.FREE);
    for (int i = 0; i < 5; i++) {
      Json value = made.fitting().get();
      assertThat(SchemaValidator.fits(value, made.schema())).as("the test's own values").isTrue();
      Walks.accept(compact, value.write(), tokens, random);
      Walks.accept(free, value.writeIndented(), tokens, random);
      Walks.accept(free, ascii(value.write()), tokens, random);
    }
    for (var layout : JsonLayout.values()) {
      var constraint = Constraint.jsonSchema(made.schema(), layout);
      for (String text : Walks.text(constraint, tokens, random)) {
        assertThat(SchemaValidator.fits(JsonTexts.parse(text), made.schema()))
            .as("%s made %s", made.schema().write(), text)
            .isTrue();
        if (layout == JsonLayout.COMPACT) assertThat(constraint.accepts(text)).isTrue();
      }
    }
  }

  /// As writers do that keep to ASCII.
  private static String ascii(String json) {
    var text = new StringBuilder();
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c < 0x80) text.append(c);
      else text.append("\\u%04x".formatted((int) c));
    }
    return text.toString();
  }
}
