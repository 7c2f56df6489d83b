package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuggingFaceTokenizerTest {
  private static final String GOOD =
      """
      {"added_tokens": [{"id": 2, "content": "<s>", "special": true}],
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}
      """;

  @TempDir Path folder;

  @Test
  void a_folder_says_which_token_is_what() {
    Metadata metadata = HuggingFaceTokenizer.read(Shared.path("fixtures/tiny-hf"));
    assertThat(metadata.text(VocabularyKeys.MODEL)).contains("gpt2");
    assertThat(metadata.text(VocabularyKeys.PRE)).contains("llama-bpe");
    assertThat(metadata.texts(VocabularyKeys.TOKENS).orElseThrow())
        .hasSize(512)
        .startsWith("!")
        .endsWith("<|reserved_special_token_7|>");
    assertThat(metadata.texts(VocabularyKeys.MERGES).orElseThrow())
        .hasSize(240)
        .endsWith("or m", "ul t");
    assertThat(metadata.numbers(VocabularyKeys.TOKEN_TYPE).orElseThrow().subList(495, 497))
        .isEqualTo(List.of(TokenType.NORMAL.code(), TokenType.CONTROL.code()));
    assertThat(metadata.integer(VocabularyKeys.BEGIN_OF_TEXT)).hasValue(496);
    assertThat(metadata.integer(VocabularyKeys.END_OF_TEXT)).hasValue(505);
    assertThat(metadata.integer(VocabularyKeys.END_OF_MESSAGE)).hasValue(504);
    assertThat(metadata.integer(VocabularyKeys.PADDING)).hasValue(500);
    assertThat(metadata.numbers(VocabularyKeys.END_IDS)).contains(List.of(497L, 504L, 505L));
    assertThat(metadata.bool(VocabularyKeys.ADD_BEGIN_OF_TEXT)).contains(true);
    assertThat(metadata.text(VocabularyKeys.CHAT_TEMPLATE).orElseThrow())
        .startsWith("{{- bos_token }}");
  }

  @Test
  void what_is_read_is_written_and_read_again() throws IOException {
    Path original = Shared.path("fixtures/tiny-hf");
    HuggingFaceTokenizer.write(HuggingFaceTokenizer.read(original), folder);
    Files.copy(
        original.resolve("generation_config.json"), folder.resolve("generation_config.json"));
    assertThat(HuggingFaceTokenizer.read(folder)).isEqualTo(HuggingFaceTokenizer.read(original));
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder(
            "tokenizer.json", "tokenizer_config.json", "generation_config.json");
  }

  @Test
  void llama_3s_vocabulary_survives_tokenizer_json() {
    Metadata metadata = TiktokenVocabulary.read(Shared.path("llama3/tokenizer.model"));
    HuggingFaceTokenizer.write(metadata, folder);
    Metadata copy = HuggingFaceTokenizer.read(folder);
    assertThat(copy.values()).containsAllEntriesOf(metadata.values());
  }

  @Test
  void a_pattern_beside_llama_3s_is_gpt_2s() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), GOOD);
    Metadata metadata = HuggingFaceTokenizer.read(folder.resolve("tokenizer.json"));
    assertThat(metadata.text(VocabularyKeys.PRE)).contains("gpt-2");
    assertThat(metadata.bool(VocabularyKeys.IGNORE_MERGES)).contains(false);
    assertThat(metadata.bool(VocabularyKeys.ADD_BEGIN_OF_TEXT)).contains(false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "\"a\": 0 ~ \"a\": -1 ~ the id -1 is not below 3, the number of tokens (model.vocab.a)",
        "\"a\": 0 ~ \"a\": 1e999999 ~ the id 1E+999999 is not an integer",
        "\"a\": 0 ~ \"a\": 0.5 ~ the id 0.5 is not an integer (model.vocab.a)",
        "\"a\": 0 ~ \"a\": 1 ~ the id is given twice (model.vocab.b)",
        "\"id\": 2 ~ \"id\": 1 ~ the id is given twice, to b and <s> (added_tokens[0])",
        "[{\"id\": 2, ~ [{\"id\": 1, \"content\": \"b\"}, {\"id\": 3, ~ the ids of 3 tokens are not 0, 1, 2…",
        "[\"a b\"] ~ [[\"a\"]] ~ not a pair (model.merges[0])",
        "\"BPE\" ~ \"WordPiece\" ~ a tokenizer of type WordPiece (model)",
        "\"add_prefix_space\": false ~ \"add_prefix_space\": true ~ the last step is not ByteLevel",
        "\"special\": true ~ \"lstrip\": true ~ a token with \"lstrip\" (added_tokens[0])",
        "\"vocab\" ~ \"words\" ~ no \"vocab\" (model)",
        "{\"added ~ [\"added ~ not JSON",
      })
  void a_broken_file_is_named_with_its_place(String found, String replacement, String problem)
      throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, GOOD.replace(found, replacement));
    assertThatThrownBy(() -> HuggingFaceTokenizer.read(file))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(file + ": " + problem);
  }
}
