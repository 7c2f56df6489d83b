package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.Metadata;
import altiplano.files.ModelFormatException;
import altiplano.model.LlamaConfig.Activation;
import altiplano.model.LlamaConfig.Normalization;
import altiplano.model.LlamaConfig.Positions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LlamaConfigTest {
  private static final Path FILE = Path.of("some.gguf");

  static List<LlamaConfig> configs() {
    return List.of(
        LlamaConfig.llama1b(),
        LlamaConfig.llama8b(),
        new LlamaConfig(
            48,
            6,
            4,
            4,
            12,
            96,
            101,
            64,
            1e-6f,
            new Positions.Learned(),
            Normalization.LAYER_NORM,
            Activation.GELU,
            false,
            true,
            4));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void metadata_give_the_configuration_back(LlamaConfig config) {
    assertThat(LlamaConfig.from(config.toMetadata(), FILE)).isEqualTo(config);
  }

  @Test
  void named_shapes_have_the_published_numbers_of_parameters() {
    assertThat(LlamaConfig.llama8b().parameters()).isEqualTo(8_030_261_248L);
    assertThat(LlamaConfig.llama70b().parameters()).isEqualTo(70_553_706_496L);
    assertThat(LlamaConfig.llama405b().parameters()).isEqualTo(405_853_388_800L);
  }

  @Test
  void grouped_layers_use_the_weights_of_their_group() {
    var config = configs().getLast();
    assertThat(config.blocks()).isEqualTo(2);
    assertThat(config.block(3)).isEqualTo(0);
    assertThat(config.block(5)).isEqualTo(1);
  }

  @Test
  void a_missing_key_is_named() {
    assertThatThrownBy(() -> LlamaConfig.from(without("llama.block_count"), FILE))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            "some.gguf: the key is missing (metadata key llama.block_count). "
                + "It is no complete Llama model.");
  }

  @Test
  void a_value_of_another_kind_is_no_missing_value() {
    var metadata =
        LlamaConfig.llama1b().toMetadata().with("llama.attention.head_count_kv", List.of(8L, 4L));
    assertThatThrownBy(() -> LlamaConfig.from(metadata, FILE))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("an integer was expected, not [8, 4]");
  }

  @Test
  void impossible_values_are_refused_before_anything_is_made_of_them() {
    assertRefused("llama.attention.head_count_kv", 5L, "32 heads do not share 5 key-value heads");
    assertRefused("llama.block_count", 1L << 40, "1,099,511,627,776 is no 32-bit integer");
    assertRefused("llama.block_count", -1L, "layers is from 1 to 16,384, not -1");
    assertRefused("llama.context_length", 0L, "context length is from 1 to 67,108,864, not 0");
    assertRefused("llama.rope.freq_base", Float.NaN, "rotary base is at least 1, not NaN");
    assertRefused("general.architecture", "mamba", "the architecture is mamba, not llama");
    assertRefused("llama.rope.scaling.type", "yarn", "rotary scaling of type yarn");
    assertRefused("llama.attention.value_length", 32L, "32 differs from the head size 64");
  }

  @Test
  void the_head_size_follows_from_the_width_where_no_key_gives_it() {
    var metadata = without("llama.attention.key_length", "llama.rope.dimension_count");
    assertThat(LlamaConfig.from(metadata, FILE).headSize()).isEqualTo(64);
  }

  @Test
  void a_vocabulary_without_a_size_has_that_of_its_tokens() {
    var metadata = without("llama.vocab_size").with("tokenizer.ggml.tokens", List.of("a", "b"));
    assertThat(LlamaConfig.from(metadata, FILE).vocabulary()).isEqualTo(2);
  }

  @Test
  void heads_survive_metadata() {
    var heads =
        List.of(
            new Head(
                "mood",
                Head.Kind.CLASSIFICATION,
                List.of("positive", "negative"),
                Head.Pooling.MEAN,
                false,
                1.5f),
            new Head("vector", Head.Kind.EMBEDDING, List.of(), Head.Pooling.LAST, true, 1f));
    var metadata = Head.addTo(LlamaConfig.llama1b().toMetadata(), heads);
    assertThat(Head.from(metadata, FILE)).isEqualTo(heads);
  }

  private static void assertRefused(String key, Object value, String message) {
    var metadata = LlamaConfig.llama1b().toMetadata().with(key, value);
    assertThatThrownBy(() -> LlamaConfig.from(metadata, FILE))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(message);
  }

  private static Metadata without(String... keys) {
    var values = new HashMap<>(LlamaConfig.llama1b().toMetadata().values());
    for (var key : keys) values.remove(key);
    return new Metadata(values);
  }
}
