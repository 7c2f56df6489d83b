package altiplano.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TiktokenVocabularyTest {
  @TempDir Path folder;

  @Test
  void llama_3s_file_becomes_128256_tokens_with_all_pairs_that_merge() {
    Metadata metadata = TiktokenVocabulary.read(Shared.path("llama3/tokenizer.model"));
    List<String> tokens = metadata.texts(VocabularyKeys.TOKENS).orElseThrow();
    assertThat(tokens).hasSize(128_256).startsWith("!", "\"").contains("Ġhello");
    assertThat(tokens.get(128_009)).isEqualTo("<|eot_id|>");
    assertThat(tokens.getLast()).isEqualTo("<|reserved_special_token_247|>");
    // The number in the tokenizer.json published with the model.
    assertThat(metadata.texts(VocabularyKeys.MERGES).orElseThrow()).hasSize(280_147);
    assertThat(metadata.integer(VocabularyKeys.BEGIN_OF_TEXT)).hasValue(128_000);
    assertThat(metadata.integer(VocabularyKeys.END_OF_MESSAGE)).hasValue(128_008);
    assertThat(metadata.numbers(VocabularyKeys.TOKEN_TYPE).orElseThrow().get(128_000))
        .isEqualTo(TokenType.CONTROL.code());
  }

  @Test
  void llama_3s_file_is_written_byte_for_byte_as_it_was_read() throws IOException {
    Path original = Shared.path("llama3/tokenizer.model");
    Path copy = folder.resolve("tokenizer.model");
    TiktokenVocabulary.write(TiktokenVocabulary.read(original), copy);
    assertThat(copy).hasSameBinaryContentAs(original);
  }

  @Test
  void a_vocabulary_of_tokens_by_rank_survives_the_file() {
    var tokens = new ArrayList<byte[]>();
    for (byte single : ByteLevelAlphabet.bytesInOrder()) tokens.add(new byte[] {single});
    tokens.add(" t".getBytes(ISO_8859_1));
    tokens.add(" th".getBytes(ISO_8859_1));
    Metadata metadata = TiktokenVocabulary.of(tokens);
    Path file = folder.resolve("tokenizer.model");
    TiktokenVocabulary.write(metadata, file);
    assertThat(TiktokenVocabulary.read(file)).isEqualTo(metadata);
    assertThat(metadata.texts(VocabularyKeys.MERGES)).contains(List.of("Ġ t", "Ġt h"));
    assertThat(metadata.integer(VocabularyKeys.END_OF_TURN)).hasValue(258 + 9);
  }

  @ParameterizedTest
  @CsvSource({
    "'no tokens here', 'not base64, a space and a rank (line 1)'",
    "'IQ== 99999999999', 'not base64, a space and a rank (line 1)'",
    "'IQ== 7', 'rank 7 is given twice or beyond the 1 lines (line 1)'",
    "'IQ== 0|Ig== 0', 'rank 0 is given twice or beyond the 2 lines (line 2)'",
    "'IQ== 0|IQ== 1', 'the token ! is given twice (line 2)'",
    "'IQ== 0', 'no token for the byte 0x22 alone (ranks)'",
    "'', 'no token for the byte 0x21 alone (ranks)'",
  })
  void a_broken_file_is_named_with_its_place(String content, String problem) throws IOException {
    Path file = folder.resolve("tokenizer.model");
    Files.writeString(file, content.replace('|', '\n'));
    assertThatThrownBy(() -> TiktokenVocabulary.read(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(file + ": " + problem);
  }

  @Test
  void what_the_file_cannot_say_is_refused() {
    Metadata metadata = HuggingFaceTokenizer.read(Shared.path("fixtures/tiny-hf"));
    assertThatThrownBy(() -> TiktokenVocabulary.write(metadata, folder.resolve("t.model")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("its special tokens are not Llama 3's 256");
    assertThat(folder).isEmptyDirectory();
  }
}
