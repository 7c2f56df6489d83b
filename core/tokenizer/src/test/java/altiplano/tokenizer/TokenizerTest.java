package altiplano.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.HuggingFaceTokenizer;
import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import altiplano.files.TiktokenVocabulary;
import altiplano.files.VocabularyKeys;
import altiplano.testing.Shared;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  @ParameterizedTest
  @CsvSource({
    "llama3/tokenizer.model, tokens-llama3.json",
    "fixtures/tiny-hf, tokens-tiny.json",
    "fixtures/tiny-f32.gguf, tokens-tiny.json",
    "fixtures/stories260K-f32.gguf, tokens-stories260K.json",
  })
  void ids_are_those_of_the_reference(String vocabulary, String rows) {
    Tokenizer tokenizer = Tokenizer.open(Shared.path(vocabulary));
    for (Fixtures.Row row : Fixtures.rows(rows)) {
      assertThat(tokenizer.encode(row.text())).as(row.toString()).isEqualTo(row.ids());
      assertThat(tokenizer.decode(row.ids())).as(row.toString()).isEqualTo(row.text());
    }
  }

  @Test
  void tokenizer_json_gives_the_ids_of_tokenizer_model(@TempDir Path folder) {
    HuggingFaceTokenizer.write(
        TiktokenVocabulary.read(Shared.path("llama3/tokenizer.model")), folder);
    Tokenizer tokenizer = Tokenizer.open(folder);
    for (Fixtures.Row row : Fixtures.rows("tokens-llama3.json")) {
      assertThat(tokenizer.encode(row.text())).as(row.toString()).isEqualTo(row.ids());
    }
  }

  @Test
  void special_tokens_in_a_text_stay_text_unless_asked_for() {
    Tokenizer tokenizer = Fixtures.llama3();
    String text = "a<|eot_id|>b<|eot_id";
    assertThat(tokenizer.encode(text)).doesNotContain(128_009);
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    assertThat(tokenizer.encodeWithSpecialTokens(text)).startsWith(64, 128_009, 65).hasSize(8);
    assertThat(tokenizer.decode(64, 128_009, 65)).isEqualTo("ab");
  }

  @Test
  void llama_3s_special_tokens_are_known_by_name() {
    Tokenizer tokenizer = Fixtures.llama3();
    assertThat(tokenizer.size()).isEqualTo(128_256);
    assertThat(tokenizer.beginOfText()).hasValue(128_000);
    assertThat(tokenizer.addsBeginOfText()).isTrue();
    assertThat(tokenizer.endIds()).containsExactly(128_001, 128_008, 128_009);
    assertThat(tokenizer.specialId("<|python_tag|>")).hasValue(128_010);
    assertThat(tokenizer.specialId("hello")).isEmpty();
    assertThat(tokenizer.name(128_010)).isEqualTo("<|python_tag|>");
    assertThat(tokenizer.name(15_339)).isEqualTo("hello");
    assertThat(tokenizer.bytes(128_010)).isEmpty();
    assertThat(tokenizer.specialTokens()).hasSize(256).startsWith("<|begin_of_text|>");
  }

  @Test
  void half_a_surrogate_pair_is_a_replacement_character() {
    Tokenizer tokenizer = Fixtures.llama3();
    assertThat(tokenizer.encode("a\uD83Db\uDE00\uD83D\uDE00\uD83D"))
        .isEqualTo(tokenizer.encode("a\uFFFDb\uFFFD😀\uFFFD"));
  }

  @Test
  void what_is_encoded_comes_back_whatever_it_is() {
    Tokenizer llama3 = Fixtures.llama3();
    Tokenizer stories = Tokenizer.open(Shared.path("fixtures/stories260K-f32.gguf"));
    for (long seed = 0; seed < 300; seed++) {
      String text = RandomText.of(seed, 40);
      for (Tokenizer tokenizer : List.of(llama3, stories)) {
        int[] ids = tokenizer.encode(text);
        assertThat(tokenizer.decode(ids)).as("seed " + seed).isEqualTo(text);
        assertThat(tokenizer.decodeToBytes(ids)).as("seed " + seed).isEqualTo(text.getBytes(UTF_8));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", " ", "\n", "7", "\u0301", "世", "!", "世界", "ab", " \n", "<", "<|", "é", "😀"})
  void a_megabyte_of_one_thing_takes_no_longer_than_text(String unit) {
    Tokenizer llama3 = Fixtures.llama3();
    String hostile = unit.repeat((1 << 20) / unit.getBytes(UTF_8).length);
    int[] ids = Assertions.assertTimeout(Duration.ofSeconds(20), () -> llama3.encode(hostile));
    assertThat(llama3.decode(ids)).isEqualTo(hostile);
    assertThat(llama3.encodeWithSpecialTokens(hostile)).isEqualTo(ids);
  }

  @Test
  void an_id_outside_the_vocabulary_is_refused() {
    var tokenizer = Fixtures.llama3();
    assertThatThrownBy(() -> tokenizer.decode(128_256))
        .isInstanceOf(VocabularyException.class)
        .hasMessage("the id 128256 is not in the vocabulary of 128,256 tokens");
  }

  @Test
  void tokens_defined_by_a_user_are_whole_and_shown() {
    Metadata tiny = HuggingFaceTokenizer.read(Shared.path("fixtures/tiny-hf"));
    var types = new ArrayList<Object>(tiny.numbers(VocabularyKeys.TOKEN_TYPE).orElseThrow());
    types.set(505, 4L);
    Tokenizer tokenizer =
        Tokenizer.from(tiny.with(VocabularyKeys.TOKEN_TYPE, types), Path.of("tiny"));
    assertThat(tokenizer.encode("a<|eot_id|>")).isEqualTo(new int[] {64, 505});
    assertThat(tokenizer.decode(64, 505)).isEqualTo("a<|eot_id|>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "tokenizer.ggml.model ~ wordpiece ~ a vocabulary of kind \"wordpiece\"",
        "tokenizer.ggml.pre ~ qwen2 ~ the split pattern \"qwen2\"",
        "tokenizer.ggml.merges ~ [a zz] ~ \"a zz\" is not two tokens that make a third",
        "tokenizer.ggml.merges ~ [ab] ~ \"ab\" is not two tokens that make a third",
        "tokenizer.ggml.merges ~ [世 a] ~ \"世 a\" is not two tokens that make a third",
        "tokenizer.ggml.tokens ~ [a b] ~ \"a b\" is not written in the byte-level alphabet",
        "tokenizer.ggml.tokens ~ a ~ no list of tokens",
        "tokenizer.ggml.bos_token_id ~ 512 ~ the id 512 is not in the vocabulary of 512 tokens",
        "tokenizer.ggml.eos_token_id ~ -1 ~ the id -1 is not in the vocabulary of 512 tokens",
      })
  void broken_metadata_is_named_with_its_key(String key, String value, String problem) {
    Metadata tiny = HuggingFaceTokenizer.read(Shared.path("fixtures/tiny-hf"));
    Object given =
        value.startsWith("[")
            ? List.of(value.substring(1, value.length() - 1))
            : value.matches("-?\\d+") ? (Object) Long.valueOf(value) : value;
    Metadata broken = tiny.with(key, given);
    if (key.equals(VocabularyKeys.TOKENS)) {
      broken = broken.with(VocabularyKeys.TOKEN_TYPE, List.of(1L));
    }
    Metadata metadata = broken;
    assertThatThrownBy(() -> Tokenizer.from(metadata, Path.of("x.gguf")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith("x.gguf: " + problem)
        .hasMessageContaining(key);
  }

  @Test
  void a_file_without_a_vocabulary_is_refused() {
    assertThatThrownBy(() -> Tokenizer.from(new Metadata(Map.of()), Path.of("x.gguf")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith("x.gguf: no list of tokens");
  }

  @Test
  void one_tokenizer_serves_many_threads() {
    Tokenizer llama3 = Fixtures.llama3();
    List<String> texts = new Random(1).longs(200).mapToObj(s -> RandomText.of(s, 60)).toList();
    List<List<Integer>> alone = texts.stream().map(t -> boxed(llama3.encode(t))).toList();
    List<List<Integer>> together =
        texts.parallelStream().map(t -> boxed(llama3.encode(t))).toList();
    assertThat(together).isEqualTo(alone);
  }

  private static List<Integer> boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }
}
