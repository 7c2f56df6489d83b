package altiplano.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.generation.Constraint;
import altiplano.generation.ConstraintException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Regular expressions against `java.util.regex`, which shares no code with ours.
class RegexConstraintTest {
  private static final String[] CHARACTERS = {"a", "b", "_", "1", " ", "\n", "é", "中", "😀"};
  private static final String[] ATOMS = {
    "a",
    "b",
    "_",
    "1",
    " ",
    "\\n",
    "é",
    "中",
    "😀",
    ".",
    "[ab]",
    "[^a]",
    "[a-c1]",
    "\\w",
    "\\d",
    "\\s",
    "\\W",
    "[^中-丰]",
    "\\p{L}",
    "\\P{Lu}",
    "(?s:.)",
    "(?i:A)",
    "(?i:É)",
    "^",
    "$",
    "\\b",
    "\\B",
    "\\A",
    "\\z",
    "(?m:^)",
    "(?m:$)",
    "\\x{4e2d}",
    "[[:alpha:]]"
  };

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void a_random_expression_matches_what_java_matches(long seed) {
    var random = new Random(seed);
    String pattern = expression(random, 3);
    var java = javaPattern(pattern);
    var texts = new ArrayList<String>();
    for (int i = 0; i < 60; i++) texts.add(text(random));
    boolean any = texts.stream().anyMatch(text -> java.matcher(text).matches());
    Constraint constraint;
    try {
      constraint = Constraint.regex(pattern);
    } catch (ConstraintException empty) {
      assertThat(empty).hasMessageContaining("accepts no text");
      assertThat(any).as("Java matches something with %s", pattern).isFalse();
      return;
    }
    for (String text : texts) {
      assertThat(constraint.accepts(text))
          .as("%s on '%s'", pattern, text)
          .isEqualTo(java.matcher(text).matches());
    }
    var tokens = new ByteTokens(texts, 50, random);
    for (int i = 0; i < 3; i++) {
      for (String text : Walks.text(constraint, tokens, random)) {
        assertThat(java.matcher(text).matches()).as("%s made '%s'", pattern, text).isTrue();
      }
    }
    for (String text : texts) {
      if (java.matcher(text).matches()) Walks.accept(constraint, text, tokens, random);
    }
  }

  private static String expression(Random random, int depth) {
    if (depth == 0) return ATOMS[random.nextInt(ATOMS.length)];
    String inner = expression(random, depth - 1);
    return switch (random.nextInt(8)) {
      case 0, 1 -> inner + expression(random, depth - 1);
      case 2 -> "(" + inner + "|" + expression(random, depth - 1) + ")";
      case 3 -> "(?:" + inner + ")*";
      case 4 -> "(?P<name>" + inner + ")+?";
      case 5 -> "(" + inner + ")?";
      case 6 -> "(" + inner + "){" + random.nextInt(2) + "," + (1 + random.nextInt(3)) + "}";
      default -> inner;
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int length = random.nextInt(6); length > 0; length--) {
      text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  /// Java's notation for the same expression: `\b` of RE2 knows ASCII alone, its lines end at `\n`.
  private static Pattern javaPattern(String pattern) {
    String translated =
        pattern
            .replace("(?P<name>", "(?:")
            .replace(
                "\\b", "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))")
            .replace(
                "\\B", "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))")
            .replace("(?m:^)", "(?:(?<=\\n)|\\A)")
            .replace("(?m:$)", "(?=\\n|\\z)")
            .replace("[[:alpha:]]", "[a-zA-Z]")
            .replaceAll("(?<!\\\\|\\[)\\$", "\\\\z");
    return Pattern.compile(translated, Pattern.UNIX_LINES | Pattern.UNICODE_CASE);
  }

  @ParameterizedTest
  @CsvSource({
    "(?i)hello, HeLLo, true",
    "(?i)[^k], \u212a, false", // the Kelvin sign is a k
    "\\Qa.b\\E+, a.bb, true",
    "\\Qa.b\\E+, axbb, false",
    "a(?-i)b(?i:c)d, abCd, true",
    "\\pN+, ٣4, true",
    "\\p{Greek}+, αβγ, true",
    "\\p{^Greek}+, αβγ, false",
    "[\\d\\-x]+, 1-x, true",
    "[]a]+, ]a, true",
    "x{, x{, true",
    "a{2}, aa, true",
    "\\101\\x42\\x{43}, ABC, true",
    "a||b, b, true"
  })
  void syntax_beyond_what_java_shares(String pattern, String text, boolean matches) {
    assertThat(Constraint.regex(pattern).accepts(text)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(?=a)b; a look-ahead, which is not supported, at character 1",
        "(?<!a)b; a look-behind, which is not supported, at character 1",
        "(a)\\1; a back-reference, which is not supported, at character 4",
        "a\\Cb; \\C, a single byte, which is not supported, at character 2",
        "(a; a '(' without ')' at character 1",
        "a); a ')' without '(' at character 2",
        "[a; a '[' without ']' at character 1",
        "*a; nothing before the repetition '*' at character 1",
        "a**; a repetition of a repetition: '**' at character 2",
        "a{1001}; a repetition of more than 1000 at character 2",
        "[z-a]; a range whose ends are the wrong way round at character 2",
        "\\p{Klingon}; an unknown Unicode class 'Klingon' at character 1"
      })
  void what_is_not_re2_is_refused_by_name(String pattern, String message) {
    assertThatThrownBy(() -> Constraint.regex(pattern))
        .isInstanceOf(ConstraintException.class)
        .hasMessage("regular expression '%s': %s", pattern, message);
  }

  @Test
  void an_expression_that_makes_backtracking_explode_is_read_in_linear_time() {
    var constraint = Constraint.regex("(a|a)*(a|b)*[ab]{100}(a*)*b");
    assertThat(constraint.accepts("a".repeat(20_000) + "b")).isTrue();
    assertThat(constraint.accepts("a".repeat(20_000))).isFalse();
  }

  @Test
  void a_text_that_nothing_can_match_is_refused() {
    assertThatThrownBy(() -> Constraint.regex("a$b"))
        .isInstanceOf(ConstraintException.class)
        .hasMessageContaining("accepts no text");
    assertThat(List.of(Constraint.regex("").accepts(""), Constraint.regex("").accepts("a")))
        .containsExactly(true, false);
  }
}
