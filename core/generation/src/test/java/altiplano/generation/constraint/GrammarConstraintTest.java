package altiplano.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.generation.Constraint;
import altiplano.generation.ConstraintException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarConstraintTest {
  private static final String SUMS =
      """
      # sums of products, with parentheses
      root   ::= sum
      sum    ::= product (" "? [+-] " "?
                 product)*
      product ::= factor ("*" factor){0,2}   # at most three
      factor ::= number | "(" sum ")" |
                 name
      number ::= [0-9]+ ("." [0-9]+)?
      name   ::= [a-zà-ÿ\\u4e00-\\u9fff_] [^ -@\\[-`{-~]*
      """;

  @ParameterizedTest
  @CsvSource({
    "1+2, true",
    "(1+2.5)*x - 中é, true",
    "((((1)))), true",
    "1*2*3, true",
    "1*2*3*4, false",
    "(1, false",
    "1  + 2, false",
    "1., false"
  })
  void a_grammar_reads_its_language(String text, boolean matches) {
    assertThat(Constraint.grammar(SUMS).accepts(text)).isEqualTo(matches);
  }

  @Test
  void recursion_counts_without_limit() {
    var constraint = Constraint.grammar("root ::= \"a\" root \"b\" | \"\"");
    assertThat(constraint.accepts("a".repeat(3000) + "b".repeat(3000))).isTrue();
    assertThat(constraint.accepts("a".repeat(3000) + "b".repeat(2999))).isFalse();
    assertThat(constraint.accepts("a".repeat(3000) + "b".repeat(3001))).isFalse();
  }

  @Test
  void a_rule_that_may_be_empty_is_passed_over() {
    var constraint =
        Constraint.grammar("root ::= gap word gap\ngap ::= \" \"*\nword ::= gap \"x\" | gap");
    for (String text : List.of("", " ", "x", "  x  "))
      assertThat(constraint.accepts(text)).isTrue();
    assertThat(constraint.accepts("xx")).isFalse();
  }

  @Test
  void an_ambiguous_grammar_stays_small() {
    var constraint =
        Constraint.grammar(
            "root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"a\" root d | \"\"\nd ::= [bc]");
    assertThat(constraint.accepts("a".repeat(500) + "bc".repeat(250))).isTrue();
    assertThat(constraint.accepts("a".repeat(500) + "bc".repeat(249) + "d")).isFalse();
  }

  @Test
  void masks_are_what_reading_the_tokens_says() {
    var constraint = Constraint.grammar(SUMS);
    for (int seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      var samples = List.of("(1+2.5)*x - 中é", "1*2*3", ")+(", "))", " - ", "a)*(b+c)*", "😀");
      var tokens = new ByteTokens(samples, 80, random);
      for (String text : Walks.text(constraint, tokens, random)) {
        assertThat(constraint.accepts(text)).as(text).isTrue();
      }
    }
  }

  @Test
  void one_of_the_choices_is_taken() {
    var constraint = Constraint.choice(List.of("积极", "消极", "积"));
    assertThat(constraint.accepts("积")).isTrue();
    assertThat(constraint.accepts("积极")).isTrue();
    assertThat(constraint.accepts("极")).isFalse();
    assertThatThrownBy(() -> Constraint.choice(List.of()))
        .isInstanceOf(ConstraintException.class)
        .hasMessage("a choice needs at least one text");
  }

  @Test
  void a_quotation_stands_in_its_source() {
    var constraint = Constraint.partOf("头痛两天,无发热。", List.of("不在文中"));
    for (String text : List.of("头痛", "两天", "头痛两天,无发热。", "。", "不在文中")) {
      assertThat(constraint.accepts(text)).as(text).isTrue();
    }
    for (String text : List.of("", "头天", "痛头", "文中")) {
      assertThat(constraint.accepts(text)).as(text).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "rule ::= [a]; the grammar has no rule named 'root', which is where it starts",
        "root ::= word; the grammar uses the rule 'word', which it lacks",
        "root = [a]; grammar, line 1, column 6: expected '::=' after 'root'",
        "root ::= ([a]; grammar, line 1, column 14: expected ')'",
        "root ::= [a; grammar, line 1, column 12: expected a closing ']'",
        "root ::= [a]{2,1}; grammar, line 1, column 13: the bounds of the repetition are the wrong way round",
        "root ::= [a] ::= [b]; grammar, line 1, column 14: expected the end of the line",
        "root ::= <think>; grammar, line 1, column 10: tokens such as <think> or <[1000]> are not supported: write their text"
      })
  void a_broken_grammar_is_refused(String grammar, String message) {
    assertThatThrownBy(() -> Constraint.grammar(grammar))
        .isInstanceOf(ConstraintException.class)
        .hasMessage(message);
  }

  @Test
  void left_recursion_is_refused_by_name() {
    assertThatThrownBy(() ->
            Constraint.grammar("root ::= sum\nsum ::= gap sum \"+\" [0-9] | [0-9]\ngap ::= \" \"*"))
        .isInstanceOf(ConstraintException.class)
        .hasMessageStartingWith("the rule 'sum' is left-recursive");
  }
}
