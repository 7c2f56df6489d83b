package altiplano.independent;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.ModelConversion;
import altiplano.files.ModelFile;
import altiplano.files.ModelOutput;
import altiplano.files.ModelQuantization;
import altiplano.tensor.ElementType;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What we write, read by readers that share no class with what we write it with.
@NullUnmarked // what is missing fails the test
class WrittenFilesTest {
  private static final int HEAD_SIZE = 32;

  @TempDir Path folder;

  private Path convert(Path source, String name, long bytesPerFile) {
    var target = folder.resolve(name);
    try (var model = ModelFile.open(source)) {
      ModelConversion.convert(model, new ModelOutput(target, false, bytesPerFile, (_, _) -> {}));
    }
    return target;
  }

  private Path gguf() {
    return convert(Shared.path("fixtures/tiny-hf"), "m.gguf", Long.MAX_VALUE);
  }

  /// The keys that llama.cpp's loader of this architecture and vocabulary asks for, in the types
  /// that it asks for.
  @Test
  void a_gguf_file_has_all_that_other_engines_require() throws IOException {
    var file = PlainGguf.read(gguf());
    var types = new LinkedHashMap<String, Integer>();
    types.put("general.architecture", PlainGguf.STRING);
    types.put("general.file_type", PlainGguf.UINT32);
    types.put("general.quantization_version", PlainGguf.UINT32);
    for (var key :
        List.of(
            "block_count",
            "context_length",
            "embedding_length",
            "feed_forward_length",
            "attention.head_count",
            "attention.head_count_kv",
            "attention.key_length",
            "attention.value_length",
            "rope.dimension_count",
            "vocab_size")) {
      types.put("llama." + key, PlainGguf.UINT32);
    }
    types.put("llama.attention.layer_norm_rms_epsilon", PlainGguf.FLOAT32);
    types.put("llama.rope.freq_base", PlainGguf.FLOAT32);
    types.put("tokenizer.ggml.model", PlainGguf.STRING);
    types.put("tokenizer.ggml.pre", PlainGguf.STRING);
    for (var key : List.of("bos", "eos", "eot", "eom")) {
      types.put("tokenizer.ggml." + key + "_token_id", PlainGguf.UINT32);
    }
    types.put("tokenizer.ggml.add_bos_token", PlainGguf.BOOL);
    types.put("tokenizer.chat_template", PlainGguf.STRING);
    types.forEach((key, type) -> {
      assertThat(file.values()).as(key).containsKey(key);
      assertThat(file.values().get(key).type()).as(key).isEqualTo(type);
    });
    assertList(file, "tokenizer.ggml.tokens", PlainGguf.STRING, 512);
    assertList(file, "tokenizer.ggml.token_type", PlainGguf.INT32, 512);
    assertThat(file.values().get("tokenizer.ggml.merges").elements()).isEqualTo(PlainGguf.STRING);
    assertThat(value(file, "tokenizer.ggml.pre")).isEqualTo("llama-bpe");
    assertThat(value(file, "llama.attention.head_count_kv")).isEqualTo(2L);
    assertThat(value(file, "tokenizer.ggml.eot_token_id")).isEqualTo(505L);
    // Vectors are F32 there, and the rotary factors a tensor of their own.
    file.tensors()
        .forEach((name, tensor) -> {
          if (tensor.sizes().size() == 1) assertThat(tensor.type()).as(name).isZero();
        });
    assertThat(file.tensors().get("rope_freqs.weight").sizes()).containsExactly(HEAD_SIZE / 2L);
    assertThat(file.tensors().get("blk.0.ffn_gate.weight").sizes()).containsExactly(256L, 320L);
  }

  private static Object value(PlainGguf file, String key) {
    return file.values().get(key).value();
  }

  private static void assertList(PlainGguf file, String key, int type, int size) {
    assertThat(file.values().get(key).elements()).as(key).isEqualTo(type);
    assertThat((List<?>) value(file, key)).as(key).hasSize(size);
  }

  @Test
  void a_gguf_file_holds_the_folder_s_numbers() throws IOException {
    var source = PlainSafetensors.read(Shared.path("fixtures/tiny-hf/model.safetensors"));
    assertSameNumbers(PlainGguf.read(gguf()), source);
  }

  @Test
  void a_folder_holds_the_gguf_file_s_numbers() throws IOException {
    var source = Shared.path("fixtures/tiny-bf16.gguf");
    var written = convert(source, "folder", Long.MAX_VALUE);
    var file = PlainSafetensors.read(written.resolve("model.safetensors"));
    assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
    assertSameNumbers(PlainGguf.read(source), file);
    var config = PlainJson.object(Files.readString(written.resolve("config.json")));
    assertThat(config)
        .containsEntry("model_type", "llama")
        .containsEntry("architectures", List.of("LlamaForCausalLM"))
        .containsEntry("torch_dtype", "bfloat16")
        .containsEntry("hidden_size", 256.0)
        .containsEntry("num_key_value_heads", 2.0)
        .containsEntry("rope_theta", 500_000.0);
    assertThat(((Map<?, ?>) config.get("rope_scaling")).get("rope_type")).isEqualTo("llama3");
    var tokenizer = PlainJson.object(Files.readString(written.resolve("tokenizer.json")));
    assertThat(tokenizer).containsKeys("model", "pre_tokenizer", "decoder", "added_tokens");
  }

  @Test
  void shards_and_their_index_agree() throws IOException {
    var written = convert(Shared.path("fixtures/tiny-bf16.gguf"), "folder", 500_000);
    var index = PlainJson.object(Files.readString(written.resolve("model.safetensors.index.json")));
    var places = (Map<?, ?>) index.get("weight_map");
    double bytes = 0;
    for (var name : places.values().stream().distinct().toList()) {
      var shard = PlainSafetensors.read(written.resolve((String) name));
      for (var tensor : shard.tensors().entrySet()) {
        assertThat((Object) places.get(tensor.getKey())).isEqualTo(name);
        bytes += tensor.getValue().data().capacity();
      }
    }
    assertThat((Map<?, ?>) index.get("metadata")).isEqualTo(Map.of("total_size", bytes));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"F32", "F16", "BF16"},
      mode = EnumSource.Mode.EXCLUDE)
  void quantised_files_keep_to_the_format(ElementType type) throws IOException {
    var target = folder.resolve("q.gguf");
    try (var model = ModelFile.open(Shared.path("fixtures/tiny-hf"))) {
      ModelQuantization.quantize(
          model, ModelOutput.to(target), ModelQuantization.Settings.of(type));
    }
    var file = PlainGguf.read(target);
    assertThat(value(file, "general.file_type")).isIn(2L, 3L, 7L, 8L, 9L, 10L, 11L, 14L, 16L, 18L);
    assertThat(file.tensors()).hasSize(22);
    if (type == ElementType.Q8_0) assertCloseToFolder(file.tensors().get("blk.1.ffn_up.weight"));
  }

  /// Q8_0: a float16 and 32 signed bytes.
  private void assertCloseToFolder(PlainGguf.Entry tensor) throws IOException {
    var original =
        PlainSafetensors.read(Shared.path("fixtures/tiny-hf/model.safetensors"))
            .tensors()
            .get("model.layers.1.mlp.up_proj.weight")
            .data();
    for (int i = 0; i < original.capacity() / 2; i++) {
      int block = i / 32 * 34;
      float scale = Float.float16ToFloat(tensor.data().getShort(block));
      float value = Float.intBitsToFloat(original.getShort(2 * i) << 16);
      assertThat(scale * tensor.data().get(block + 2 + i % 32))
          .isBetween(value - Math.abs(scale), value + Math.abs(scale));
    }
  }

  private static void assertSameNumbers(PlainGguf gguf, PlainSafetensors folder) {
    assertThat(gguf.tensors()).hasSize(folder.tensors().size() + 1);
    gguf.tensors()
        .forEach((name, tensor) -> {
          if (name.equals("rope_freqs.weight")) return;
          var other = folder.tensors().get(huggingFace(name));
          assertThat(other).as(name).isNotNull();
          assertThat(other.sizes()).as(name).isEqualTo(tensor.sizes().reversed());
          assertSameNumbers(name, tensor, other);
        });
  }

  private static void assertSameNumbers(
      String name, PlainGguf.Entry gguf, PlainSafetensors.Entry folder) {
    int width = Math.toIntExact(gguf.sizes().getFirst());
    int rows = gguf.sizes().size() == 1 ? 1 : Math.toIntExact(gguf.sizes().getLast());
    boolean rotary = name.contains("attn_q.") || name.contains("attn_k.");
    for (int row = 0; row < rows; row++) {
      int inHead = row % HEAD_SIZE;
      // Rows 2i and 2i + 1 of a head stand at i and i + half a head in a folder.
      int other = rotary ? row - inHead + inHead / 2 + inHead % 2 * (HEAD_SIZE / 2) : row;
      for (int column = 0; column < width; column++) {
        float expected = number(gguf.type(), gguf.data(), row * width + column);
        float found =
            number(folder.type().equals("F32") ? 0 : 30, folder.data(), other * width + column);
        PlainGguf.require(
            Float.floatToRawIntBits(expected) == Float.floatToRawIntBits(found),
            "%s[%d, %d]: %s and %s".formatted(name, row, column, expected, found));
      }
    }
  }

  private static float number(int type, ByteBuffer data, int index) {
    return type == 0
        ? data.getFloat(4 * index)
        : Float.intBitsToFloat(data.getShort(2 * index) << 16);
  }

  private static String huggingFace(String name) {
    return name.replaceFirst("^token_embd", "model.embed_tokens")
        .replaceFirst("^output_norm", "model.norm")
        .replaceFirst("^output", "lm_head")
        .replaceFirst("^blk", "model.layers")
        .replace(".attn_norm", ".input_layernorm")
        .replace(".ffn_norm", ".post_attention_layernorm")
        .replaceFirst("\\.attn_output", ".self_attn.o_proj")
        .replaceFirst("\\.attn_([qkv])", ".self_attn.$1_proj")
        .replaceFirst("\\.ffn_(gate|up|down)", ".mlp.$1_proj");
  }
}
