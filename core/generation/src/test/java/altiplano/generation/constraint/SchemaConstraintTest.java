package altiplano.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.Json;
import altiplano.generation.Constraint;
import altiplano.generation.ConstraintException;
import altiplano.generation.JsonLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaConstraintTest {
  private static Constraint compiled(String schema) {
    return Constraint.jsonSchema(Json.parse(schema.replace('\'', '"')));
  }

  private static boolean accepts(String schema, String text) {
    return compiled(schema).accepts(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "date; 2024-02-29; true",
        "date; 2023-02-29; false",
        "date; 2000-02-29; true",
        "date; 1900-02-29; false",
        "date; 2024-04-31; false",
        "time; 23:59:59.25Z; true",
        "time; 10:00:00+08:00; true",
        "time; 10:00:00; false",
        "time; 24:00:00Z; false",
        "time; 23:59:60Z; true",
        "time; 22:59:60Z; false",
        "date-time; 2024-02-29T10:00:00Z; true",
        "date-time; 2024-02-29t10:00:00.5-07:30; true",
        "date-time; 2024-02-29 10:00:00Z; false",
        "date-time; 1990-12-31T23:59:60Z; true",
        "date-time; 1990-12-30T23:59:60Z; false",
        "duration; P1Y2M3DT4H5M6S; true",
        "duration; P4W; true",
        "duration; PT36H; true",
        "duration; P; false",
        "duration; P1YT; false",
        "duration; P1Y3D; false",
        "duration; PT1H6S; false",
        "uuid; 123e4567-e89b-12d3-A456-426614174000; true",
        "uuid; 123e4567e89b12d3a456426614174000; false",
        "ipv4; 192.168.0.255; true",
        "ipv4; 192.168.0.256; false",
        "ipv4; 192.168.00.1; false",
        "ipv6; ::; true",
        "ipv6; 2001:db8::ff00:42:8329; true",
        "ipv6; ::ffff:192.168.0.1; true",
        "ipv6; 1:2:3:4:5:6:7:8; true",
        "ipv6; 1:2:3:4:5:6:7; false",
        "ipv6; 1::2::3; false",
        "ipv6; 12345::; false",
        "hostname; a-b.example; true",
        "hostname; -a.example; false",
        "hostname; a_b; false",
        "hostname; a..b; false",
        "email; first.last+tag@example.org; true",
        "email; x@[192.168.0.1]; true",
        "email; x@[IPv6:::1]; true",
        "email; .a@example.org; false",
        "email; a@b@c; false",
        "uri; https://user@example.org:80/a/b?q=1#f; true",
        "uri; urn:isbn:0451450523; true",
        "uri; http://[::1]/; true",
        "uri; //no-scheme; false",
        "uri; http://a b; false",
        "uri; http://%zz; false"
      })
  void a_format_is_what_its_standard_says(String format, String text, boolean valid) {
    assertThat(accepts("{'type':'string','format':'" + format + "'}", "'" + text + "'"))
        .isEqualTo(valid);
  }

  @Test
  void a_quoted_local_part_is_escaped_as_json() {
    var schema = "{'type':'string','format':'email'}";
    assertThat(compiled(schema).accepts("\"\\\"a b\\\"@example.org\"")).isTrue();
  }

  @Test
  void parts_of_addresses_have_the_lengths_of_the_standard() {
    var schema = "{'type':'string','format':'email'}";
    assertThat(accepts(schema, "'" + "a".repeat(64) + "@example.org'")).isTrue();
    assertThat(accepts(schema, "'" + "a".repeat(65) + "@example.org'")).isFalse();
    String label = "a".repeat(63);
    var host = "{'type':'string','format':'hostname'}";
    assertThat(accepts(host, "'" + label + ".example'")).isTrue();
    assertThat(accepts(host, "'" + label + "a.example'")).isFalse();
    assertThat(accepts(host, "'" + (label + ".").repeat(3) + "a".repeat(61) + "'")).isTrue();
    assertThat(accepts(host, "'" + (label + ".").repeat(3) + "a".repeat(62) + "'")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "{'not':{}}; #: the keyword 'not' is not supported. Remove it.",
        "{'oneOf':[{}]}; #: the keyword 'oneOf' is not supported. Use anyOf.",
        "{'type':'array','uniqueItems':true}; #: the keyword 'uniqueItems' is not supported. Remove it.",
        "{'minLenght':1}; #: the keyword 'minLenght' is not supported. Remove it.",
        "{'properties':{'a/b':{'if':{}}}}; #/properties/a~1b: the keyword 'if' is not supported. Remove it.",
        "{'$ref':'#/$defs/a','type':'string'}; #: the keyword 'type' beside '$ref' is not supported. Move it into the schemas of '$ref'.",
        "{'$ref':'#/$defs/a'}; #: '$ref' to '#/$defs/a' leads nowhere",
        "{'$ref':'other.json'}; #: '$ref' to 'other.json' is not supported, only '#' and '#/...' are",
        "{'type':'text'}; #: there is no type 'text'",
        "{'format':'iri'}; #: the format 'iri' is not supported, only date, date-time, duration, email, hostname, ipv4, ipv6, time, uri, uuid",
        "{'type':'string','minLength':3,'maxLength':2}; #: 'maxLength' is less than 'minLength'",
        "{'type':'string','minLength':-1}; #: 'minLength' is -1",
        "{'type':'number','multipleOf':0.3}; #: 'multipleOf' 0.3 is not supported, only 0.1, 0.01, ... and integers",
        "{'type':'object','required':['b'],'properties':{'a':{}},'additionalProperties':false}; #: 'b' is required but not among the properties",
        "{'type':'string','enum':[1,2]}; #: no value is left that all keywords accept",
        "{'items':3}; #/items: a schema is an object or a boolean, not 3"
      })
  void what_is_not_supported_is_refused_by_name_and_place(String schema, String message) {
    assertThatThrownBy(() -> compiled(schema))
        .isInstanceOf(ConstraintException.class)
        .hasMessage("schema, " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "{'type':'string','pattern':'^a$','minLength':2}",
        "{'type':'integer','minimum':3,'maximum':2}",
        "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}"
      })
  void a_schema_that_accepts_nothing_is_refused(String schema) {
    assertThatThrownBy(() -> compiled(schema))
        .isInstanceOf(ConstraintException.class)
        .hasMessageContaining("accepts no text");
  }

  @Test
  void an_optional_property_that_nothing_fits_is_left_out() {
    var schema = "{'type':'object','properties':{'a':false,'b':{'type':'null'}}}";
    assertThat(accepts(schema, "{'b':null}")).isTrue();
    assertThat(accepts(schema, "{'a':1}")).isFalse();
  }

  @Test
  void a_schema_may_refer_to_itself() {
    var schema =
        "{'$ref':'#/$defs/tree','$defs':{'tree':{'type':'object','properties':{'left':{'$ref':"
            + "'#/$defs/tree'},'value':{'type':'integer'}},'required':['value']}}}";
    assertThat(accepts(schema, "{'left':{'left':{'value':1},'value':2},'value':3}")).isTrue();
    assertThat(accepts(schema, "{'left':{'left':{}},'value':3}")).isFalse();
  }

  @Test
  void nesting_without_end_is_read_in_linear_time() {
    var constraint = Constraint.json();
    assertThat(constraint.accepts("[".repeat(5000) + "]".repeat(5000))).isTrue();
    assertThat(constraint.accepts("[".repeat(5000) + "]".repeat(4999))).isFalse();
  }

  @Test
  void an_object_without_named_properties_is_open_and_one_with_them_is_closed() {
    assertThat(accepts("{'type':'object'}", "{'x':[1,{'y':null}]}")).isTrue();
    assertThat(accepts("{'properties':{'a':{}}}", "{'a':1,'b':2}")).isFalse();
    assertThat(accepts("{'properties':{'a':{}},'additionalProperties':true}", "{'a':1,'b':2}"))
        .isTrue();
  }

  @Test
  void a_key_that_is_named_cannot_come_as_an_additional_one() {
    var schema = "{'properties':{'a':{'type':'null'}},'additionalProperties':{'type':'integer'}}";
    assertThat(accepts(schema, "{'a':1}")).isFalse();
    assertThat(accepts(schema, "{'ab':1}")).isTrue();
    assertThat(compiled(schema).accepts("{\"\\u0061\":1}")).isFalse();
  }

  @Test
  void prefix_items_come_first() {
    var schema = "{'prefixItems':[{'type':'integer'},{'type':'null'}],'items':{'type':'boolean'}}";
    for (String fits : new String[] {"[]", "[1]", "[1,null]", "[1,null,true,false]"}) {
      assertThat(accepts(schema, fits)).as(fits).isTrue();
    }
    assertThat(accepts(schema, "[null]")).isFalse();
    var bounded = "{'prefixItems':[{},{}],'items':false,'minItems':2}";
    assertThat(accepts(bounded, "[1,2]")).isTrue();
    assertThat(accepts(bounded, "[1]")).isFalse();
    assertThat(accepts(bounded, "[1,2,3]")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"14, true", "-7, true", "0, true", "-0, true", "15, false", "700, false"})
  void multiples_of_an_integer(String text, boolean fits) {
    var schema = "{'type':'integer','multipleOf':7,'maximum':699}";
    assertThat(accepts(schema, text)).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"1.25, true", "1.2, true", "3, true", "1.255, false", "3.01, false"})
  void multiples_of_a_decimal_place(String text, boolean fits) {
    assertThat(accepts("{'type':'number','multipleOf':0.01,'maximum':3}", text)).isEqualTo(fits);
  }

  @Test
  void white_space_is_an_option() {
    var schema = Json.parse("{\"properties\":{\"a\":{\"items\":{\"type\":\"integer\"}}}}");
    var spaced = Constraint.jsonSchema(schema, JsonLayout.SPACED);
    assertThat(spaced.accepts("{\"a\": [1, 2]}")).isTrue();
    assertThat(spaced.accepts("{\"a\":[1,2]}")).isFalse();
    var free = Constraint.jsonSchema(schema, JsonLayout.FREE);
    assertThat(free.accepts("\n{ \"a\" : [ 1 ,2 ]\t}\r\n")).isTrue();
    assertThat(free.accepts("{\"a\":[ ]}")).isTrue();
    assertThat(free.accepts("{ }")).isTrue();
    assertThat(Constraint.jsonSchema(schema).accepts("{\"a\": [1]}")).isFalse();
  }
}
