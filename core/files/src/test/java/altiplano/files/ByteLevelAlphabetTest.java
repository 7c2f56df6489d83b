package altiplano.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteLevelAlphabetTest {
  @Test
  void letters_are_those_of_gpt_2() {
    assertThat(ByteLevelAlphabet.write(" a\n世\u00AD".getBytes(UTF_8))).isEqualTo("ĠaĊä¸ĸÂŃ");
  }

  @Test
  void every_byte_comes_back() {
    byte[] bytes = ByteLevelAlphabet.bytesInOrder();
    assertThat(bytes).hasSize(256).doesNotHaveDuplicates().startsWith((byte) '!');
    assertThat(ByteLevelAlphabet.read(ByteLevelAlphabet.write(bytes))).contains(bytes);
  }

  @Test
  void other_characters_are_not_read() {
    assertThat(ByteLevelAlphabet.read("a b")).isEmpty();
    assertThat(ByteLevelAlphabet.read("世")).isEmpty();
  }
}
