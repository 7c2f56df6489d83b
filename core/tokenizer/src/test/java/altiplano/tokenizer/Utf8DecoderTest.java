package altiplano.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8DecoderTest {
  /// Rows of the Unicode Standard, tables 3-8 to 3-11, with _ for U+FFFD.
  @ParameterizedTest
  @CsvSource({
    "C080E080BFF08182 41, ________A",
    "EDA080EDBFBFEDAF 41, ________A",
    "F4919293FF41 80BF42, _____A__B",
    "E180E2F09192F1BF 41, ____A",
    "E4BD, _",
    "F09F98, _",
    "F09F9880, 😀",
    "61 80 62, a_b",
    "C3 28, _(",
  })
  void broken_bytes_become_replacement_characters(String hex, String text) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThat(Utf8Decoder.decode(bytes)).isEqualTo(text.replace('_', '\uFFFD'));
  }

  @Test
  void portions_of_any_size_give_the_same_text_and_never_half_a_character() {
    for (long seed = 0; seed < 100; seed++) {
      String text = RandomText.of(seed, 30);
      var decoder = new Utf8Decoder();
      var pieces = new StringBuilder();
      for (byte single : text.getBytes(UTF_8)) {
        decoder.add(new byte[] {single});
        String piece = decoder.take();
        assertThat(piece.codePointCount(0, piece.length())).isLessThanOrEqualTo(1);
        assertThat(piece).doesNotMatch("[\\ud800-\\udfff]");
        pieces.append(piece);
      }
      decoder.finish();
      assertThat(pieces.append(decoder.take())).as("seed " + seed).hasToString(text);
    }
  }
}
