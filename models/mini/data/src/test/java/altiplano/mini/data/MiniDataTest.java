package altiplano.mini.data;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MiniDataTest {
  private static final Set<String> MEDICAL =
      Set.of(
          "sex",
          "age",
          "chief_complaint",
          "duration",
          "history",
          "medication",
          "examination",
          "diagnosis");

  @Test
  void equal_seeds_write_equal_bytes(@TempDir Path folder) throws IOException {
    MiniData.write(folder.resolve("a"), 7, 200);
    MiniData.write(folder.resolve("b"), 7, 200);
    try (var files = Files.list(folder.resolve("a"))) {
      for (Path file : files.toList()) {
        assertThat(folder.resolve("b").resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void every_span_of_a_written_row_is_the_text_at_its_offsets(@TempDir Path folder)
      throws IOException {
    MiniData.write(folder, 3, 300);
    for (String name : List.of("extraction-medical", "extraction-law", "extraction-finance")) {
      List<String> lines = Files.readAllLines(folder.resolve(name + ".jsonl"));
      assertThat(lines).hasSizeGreaterThan(250);
      for (String line : lines) {
        Json row = Json.parse(line);
        String text = ((Json.TextValue) member(row, "text")).value();
        for (Json span : ((Json.ArrayValue) member(row, "spans")).elements()) {
          int start = text.offsetByCodePoints(0, number(member(span, "start")));
          int end = text.offsetByCodePoints(0, number(member(span, "end")));
          assertThat(text.substring(start, end))
              .isEqualTo(((Json.TextValue) member(span, "text")).value());
        }
      }
    }
  }

  @Test
  void medical_records_carry_all_fields_negated_ones_too_and_other_texts_none() {
    var grammar = Grammar.load("medical-zh");
    var seen = new HashSet<String>();
    for (int seed = 0; seed < 2000; seed++) {
      grammar.generate("record", new Random(seed)).spans().forEach(span -> seen.add(span.label()));
      assertThat(grammar.generate("none", new Random(seed)).spans()).isEmpty();
    }
    assertThat(seen)
        .containsAll(MEDICAL)
        .contains("history!", "chief_complaint!", "diagnosis!", "medication!");
    assertThat(seen).allMatch(label -> MEDICAL.contains(label.replace("!", "")));
  }

  @ParameterizedTest
  @CsvSource({
    "medical-zh, record, 500",
    "finance-zh, positive, 250",
    "finance-zh, negative, 250",
    "finance-zh, neutral, 250",
    "reviews, positive, 450",
    "reviews, negative, 450"
  })
  void most_texts_of_a_rule_differ(String name, String rule, int distinct) {
    var grammar = Grammar.load(name);
    var seen = new HashSet<String>();
    for (int seed = 0; seed < 500; seed++)
      seen.add(grammar.generate(rule, new Random(seed)).text());
    assertThat(seen).hasSizeGreaterThanOrEqualTo(distinct * 9 / 10);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void setting_a_text_keeps_every_span_and_its_length(long seed) {
    var grammar = Grammar.load("medical-zh");
    var random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      Labelled made = grammar.generate("record", random);
      Labelled set = Surface.chinese(made, random);
      assertThat(set.spans()).isEqualTo(made.spans());
      assertThat(set.text().length()).isBetween(made.text().length() - 1, made.text().length());
    }
  }

  private static Json member(Json object, String key) {
    return ((Json.ObjectValue) object).get(key).orElseThrow();
  }

  private static int number(Json value) {
    return ((Json.NumberValue) value).value().intValueExact();
  }
}
