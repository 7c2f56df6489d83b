package altiplano.mini.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GrammarTest {
  @Test
  void a_label_marks_exactly_what_its_rule_wrote() {
    var grammar =
        Grammar.parse("t", "== s\n患者{age:age},{what:complaint}。\n== age\n45岁\n== what\n头痛");
    Labelled made = grammar.generate("s", new Random(1));
    assertThat(made.text()).isEqualTo("患者45岁,头痛。");
    assertThat(made.spans())
        .containsExactly(new Labelled.Span(2, 5, "age"), new Labelled.Span(6, 8, "complaint"));
  }

  @Test
  void what_is_remembered_is_repeated() {
    var grammar = Grammar.parse("t", "== s\n{n=x}-{$x:again}\n== n\n{1..999}");
    for (int seed = 0; seed < 50; seed++) {
      Labelled made = grammar.generate("s", new Random(seed));
      String[] halves = made.text().split("-", 2);
      assertThat(halves[1]).isEqualTo(halves[0]);
      assertThat(made.at(made.spans().getFirst())).isEqualTo(halves[0]);
    }
  }

  @Test
  void options_weights_and_escapes_work() {
    var grammar = Grammar.parse("t", "== s\n(a|b)[c]\\n\\{ *9\nrare");
    var seen = new HashSet<String>();
    int rare = 0;
    for (int seed = 0; seed < 2000; seed++) {
      String text = grammar.generate("s", new Random(seed)).text();
      seen.add(text);
      if (text.equals("rare")) rare++;
    }
    assertThat(seen).containsExactlyInAnyOrder("a\n{", "b\n{", "ac\n{", "bc\n{", "rare");
    assertThat(rare).isBetween(100, 320);
  }

  @Test
  void the_same_seed_writes_the_same_text() {
    var grammar = Grammar.parse("t", "== s\n{1..1000000}");
    assertThat(grammar.generate("s", new Random(7)))
        .isEqualTo(grammar.generate("s", new Random(7)));
  }

  @Test
  void a_faulty_line_is_named() {
    for (String line : List.of("{open", "[open", "(a|b", "a}", "end\\")) {
      assertThatThrownBy(() -> Grammar.parse("t", "== s\n" + line))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("t.grammar, line 2");
    }
    assertThatThrownBy(() -> Grammar.parse("t", "== s\n{missing}"))
        .hasMessageContaining("{missing}");
  }
}
