package altiplano.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.PieceSplit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PieceScannerTest {
  /// Java's regular expressions agree with the published pattern once `\s` is spelt out.
  private static Pattern published(PieceSplit split) {
    String space =
        "\\u0009-\\u000d\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029"
            + "\\u202f\\u205f\\u3000";
    String regex =
        split
            .regex()
            .replace("[^\\s\\p{L}\\p{N}]", "[^" + space + "\\p{L}\\p{N}]")
            .replace("\\s", "[" + space + "]")
            .replace("\\S", "[^" + space + "]");
    return Pattern.compile(regex, Pattern.UNICODE_CASE);
  }

  @ParameterizedTest
  @EnumSource
  void pieces_are_those_of_the_published_pattern(PieceSplit split) {
    Pattern pattern = published(split);
    for (long seed = 0; seed < 2000; seed++) {
      String text = RandomText.of(seed, 30);
      List<String> expected = pattern.matcher(text).results().map(r -> r.group()).toList();
      assertThat(pieces(split, text)).as("seed " + seed).isEqualTo(expected);
    }
  }

  @Test
  void every_character_is_classed_as_the_pattern_does() {
    Pattern pattern = published(PieceSplit.LLAMA3);
    int step = 0x1000;
    for (int first = 0; first <= Character.MAX_CODE_POINT; first += step) {
      var text = new StringBuilder();
      for (int c = first; c < first + step; c++) {
        if (Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE) continue;
        text.append(' ').appendCodePoint(c).append("a1").appendCodePoint(c).append('\n');
      }
      List<String> expected = pattern.matcher(text).results().map(r -> r.group()).toList();
      assertThat(pieces(PieceSplit.LLAMA3, text.toString()))
          .as("U+%04X…", first)
          .isEqualTo(expected);
    }
  }

  @Test
  void contractions_are_cut_in_either_case_by_llama_3_only() {
    assertThat(pieces(PieceSplit.LLAMA3, "IT'LL it'ſ")).containsExactly("IT", "'LL", " it", "'ſ");
    assertThat(pieces(PieceSplit.GPT2, "IT'LL it's")).containsExactly("IT", "'", "LL", " it", "'s");
  }

  private static List<String> pieces(PieceSplit split, String text) {
    var scanner = PieceScanner.of(split);
    byte[] utf8 = text.getBytes(UTF_8);
    var pieces = new ArrayList<String>();
    for (int from = 0, to; from < utf8.length; from = to) {
      to = scanner.end(utf8, from, utf8.length);
      pieces.add(new String(utf8, from, to - from, UTF_8));
    }
    return pieces;
  }
}
