package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.Json;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSchemaTest {
  enum Sex {
    MALE,
    FEMALE
  }

  @Description("who is ill")
  record Patient(
      String name,
      @Description("in years") int age,
      Optional<Sex> sex,
      List<Finding> findings,
      Optional<Patient> companion) {}

  sealed interface Finding {
    record Measured(String what, BigDecimal value) implements Finding {}

    record Reported(LocalDate since, boolean denied) implements Finding {}
  }

  record Positive(int value) {
    Positive {
      if (value <= 0) throw new IllegalArgumentException("must be positive");
    }
  }

  private static final JsonSchema<Patient> PATIENT = JsonSchema.of(Patient.class);
  private static final String TEXT =
      """
      {"name":"王","age":45,"findings":[{"type":"Measured","what":"体温","value":37.5},\
      {"type":"Reported","since":"2024-02-29","denied":true}],\
      "companion":{"name":"李","age":40,"sex":"FEMALE","findings":[]}}\
      """;

  @Test
  void a_record_comes_back_from_its_json() {
    var companion = new Patient("李", 40, Optional.of(Sex.FEMALE), List.of(), Optional.empty());
    var findings =
        List.<Finding>of(
            new Finding.Measured("体温", new BigDecimal("37.5")),
            new Finding.Reported(LocalDate.of(2024, 2, 29), true));
    assertThat(PATIENT.read(TEXT))
        .isEqualTo(new Patient("王", 45, Optional.empty(), findings, Optional.of(companion)));
  }

  @Test
  void the_constraint_accepts_what_can_be_read_and_no_more() {
    var constraint = PATIENT.constraint();
    assertThat(constraint.accepts(TEXT)).isTrue();
    assertThat(constraint.accepts(TEXT.replace("45", "9999999999"))).isFalse();
    assertThat(constraint.accepts(TEXT.replace("FEMALE", "OTHER"))).isFalse();
    assertThat(constraint.accepts(TEXT.replace("Reported", "Measured"))).isFalse();
    assertThat(constraint.accepts(TEXT.replace("2024-02-29", "2023-02-29"))).isFalse();
  }

  @Test
  void descriptions_are_part_of_the_schema() {
    assertThat(PATIENT.json().write())
        .startsWith("{\"description\":\"who is ill\",\"type\":\"object\"")
        .contains("\"age\":{\"description\":\"in years\",\"type\":\"integer\"")
        .contains("\"companion\":{\"$ref\":\"#\"}")
        .contains("\"items\":{\"$ref\":\"#/$defs/Finding\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "'王'; $: expected an object, found '王'",
        "{'name':3}; $.name: expected text, found 3",
        "{'name':'王'}; $.age: missing",
        "{'name':'王','age':1.5,'findings':[]}; $.age: expected an integer of this size, found 1.5",
        "{'name':'王','age':1,'sex':'X','findings':[]}; $.sex: expected one of [MALE, FEMALE], found 'X'",
        "{'name':'王','age':1,'findings':[{'type':'Y'}]}; $.findings[0].type: expected one of [Measured, Reported], found 'Y'",
        "{'name':'王','age':1,'findings':[],'x':1}; $: Patient has no component [x]"
      })
  void what_does_not_fit_is_refused_with_its_place(String json, String message) {
    assertThatThrownBy(() -> PATIENT.read(json.replace('\'', '"')))
        .isInstanceOf(JsonMismatchException.class)
        .hasMessage(message.replace('\'', '"'));
  }

  @Test
  void a_record_may_refuse_its_values() {
    assertThatThrownBy(() -> JsonSchema.of(Positive.class).read("{\"value\":0}"))
        .isInstanceOf(JsonMismatchException.class)
        .hasMessage(
            "$: Positive refuses its values: java.lang.IllegalArgumentException: must be positive");
  }

  record Lookup(Map<String, String> entries) {}

  @Test
  void a_type_without_a_json_form_is_refused_by_name() {
    assertThatThrownBy(() -> JsonSchema.of(Lookup.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Lookup.entries: java.util.Map<java.lang.String, java.lang.String> is of no kind that"
                + " has a JSON form");
    assertThatThrownBy(() -> JsonSchema.of(String.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("String: java.lang.String is neither a record nor a sealed interface");
  }

  @Test
  void a_schema_that_a_model_obeys_is_draft_2020_12() {
    assertThat(Json.parse(JsonSchema.of(Positive.class).json().write()))
        .isEqualTo(
            Json.parse(
                """
                {"type":"object","properties":{"value":{"type":"integer","minimum":-2147483648,\
                "maximum":2147483647}},"required":["value"],"additionalProperties":false}\
                """));
  }
}
