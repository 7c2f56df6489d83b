package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.files.Json;
import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.files.ModelFormatException;
import altiplano.model.Batch.Wanted;
import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeftAdapterTest {
  private static final LlamaConfig CONFIG = TestConfigs.LLAMA;
  private static final int RANK = 3;
  private static final double SCALE = 6.0 / RANK;

  /// Linears by PEFT's name and GGUF's.
  private static final Map<String, String> LINEARS =
      Map.of(
          "model.layers.0.self_attn.q_proj", "blk.0.attn_q.weight",
          "model.layers.1.self_attn.k_proj", "blk.1.attn_k.weight",
          "model.layers.0.mlp.down_proj", "blk.0.ffn_down.weight",
          "model.layers.1.self_attn.o_proj", "blk.1.attn_output.weight");

  @TempDir private Path folder = Path.of("");
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final Map<String, int[]> shapes = new LinkedHashMap<>();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void an_applied_adapter_equals_a_merged_one(boolean lengths) throws IOException {
    var base = RandomModel.of(CONFIG, ElementType.F32, 3);
    var merged = adapter(base, lengths);
    write(lengths);
    float[] before = logits(base, ForwardTest.options(1));
    float[] expected = logits(merged, ForwardTest.options(1));
    float[] applied = logits(base, ForwardTest.options(2).withAdapter(folder));
    assertThat(applied).isNotEqualTo(before);
    for (int i = 0; i < expected.length; i++) {
      assertThat(applied[i]).isCloseTo(expected[i], within(1e-4f));
    }
    assertThat(distance(before, expected)).isGreaterThan(0.01);
  }

  @Test
  void a_saved_sequence_of_the_model_alone_is_another_model_s() throws IOException {
    var base = RandomModel.of(CONFIG, ElementType.F32, 3);
    adapter(base, false);
    write(false);
    Path saved = folder.resolve("sequence");
    try (var model = LlamaModel.of(base, ForwardTest.options(1));
        var cache = model.newCache()) {
      model.forward(Batch.of(cache, new int[] {1, 2, 3}, Wanted.NONE));
      cache.save(saved);
      try (var adapted =
          LlamaModel.of(
              RandomModel.of(CONFIG, ElementType.F32, 3),
              ForwardTest.options(1).withAdapter(folder))) {
        assertThatThrownBy(() -> adapted.loadCache(saved)).isInstanceOf(CacheFileException.class);
      }
    }
  }

  @Test
  void an_adapter_of_another_model_is_refused_by_name() throws IOException {
    put("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", 3, 7);
    put("base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight", 5, 3);
    write(false);
    var file = RandomModel.of(CONFIG, ElementType.F32, 3);
    assertThatThrownBy(() -> LlamaModel.of(file, ForwardTest.options(1).withAdapter(folder)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("adapter of blk.0.attn_q")
        .hasMessageContaining("5 x 7");
  }

  @Test
  void an_adapter_of_a_layer_that_is_not_there_is_refused() throws IOException {
    put("base_model.model.model.layers.99.self_attn.q_proj.lora_A.weight", 3, CONFIG.width());
    put("base_model.model.model.layers.99.self_attn.q_proj.lora_B.weight", CONFIG.width(), 3);
    write(false);
    var file = RandomModel.of(CONFIG, ElementType.F32, 3);
    assertThatThrownBy(() -> LlamaModel.of(file, ForwardTest.options(1).withAdapter(folder)))
        .hasMessageContaining("the model has no such linear (adapter of blk.99.attn_q)");
  }

  @Test
  void a_folder_without_an_adapter_is_refused() {
    var file = RandomModel.of(CONFIG, ElementType.F32, 3);
    assertThatThrownBy(() -> LlamaModel.of(file, ForwardTest.options(1).withAdapter(folder)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("there is no such file (adapter_config.json)");
  }

  private static float[] logits(ModelFile file, ModelOptions options) {
    var model = LlamaModel.of(file, options); // not closed: the file serves several models
    try (var cache = model.newCache()) {
      int[] text = ForwardTest.tokens(CONFIG, 12, 5);
      var logits = model.forward(Batch.of(cache, text, Wanted.ALL));
      var all = new float[text.length * CONFIG.vocabulary()];
      for (int i = 0; i < text.length; i++) {
        System.arraycopy(logits.row(i), 0, all, i * CONFIG.vocabulary(), CONFIG.vocabulary());
      }
      return all;
    }
  }

  private static double distance(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
    return largest;
  }

  /// Makes a random adapter in PEFT's names and row order, and the model with it merged.
  private ModelFile adapter(RandomModel base, boolean lengths) {
    var random = new SplittableRandom(4);
    var merged = new LinkedHashMap<>(base.tensors());
    LINEARS.forEach((module, name) -> {
      var weight = base.tensor(name);
      int rows = (int) weight.shape().rows();
      int columns = weight.toFloats().length / rows;
      String key = "base_model.model." + module;
      float[] a = put(key + ".lora_A.weight", RANK, columns);
      float[] b = put(key + ".lora_B.weight", rows, RANK);
      for (int i = 0; i < a.length; i++) a[i] = (float) random.nextDouble(-0.5, 0.5);
      for (int i = 0; i < b.length; i++) b[i] = (float) random.nextDouble(-0.5, 0.5);
      var magnitude = new float[rows];
      for (int i = 0; i < rows; i++) magnitude[i] = (float) random.nextDouble(0.5, 2);
      if (lengths) {
        tensors.put(key + ".lora_magnitude_vector", magnitude);
        shapes.put(key + ".lora_magnitude_vector", new int[] {rows});
      }
      boolean turned = name.contains("attn_q") || name.contains("attn_k");
      merged.put(name, merged(weight, rows, columns, a, b, lengths, magnitude, turned));
    });
    return new Replaced(base, merged);
  }

  private static Tensor merged(
      Tensor weight,
      int rows,
      int columns,
      float[] a,
      float[] b,
      boolean lengths,
      float[] magnitude,
      boolean turned) {
    float[] values = weight.toFloats();
    int size = CONFIG.headSize();
    for (int row = 0; row < rows; row++) {
      // GGUF's row 2i + h of a head is Hugging Face's row h * size / 2 + i.
      int at = row % size;
      int source = turned ? row - at + at % 2 * (size / 2) + at / 2 : row;
      double squares = 0;
      for (int i = 0; i < columns; i++) {
        double sum = 0;
        for (int k = 0; k < RANK; k++) sum += b[source * RANK + k] * a[k * columns + i];
        values[row * columns + i] += (float) (SCALE * sum);
        squares += Math.pow(values[row * columns + i], 2);
      }
      if (!lengths) continue;
      for (int i = 0; i < columns; i++) {
        values[row * columns + i] *= (float) (magnitude[source] / Math.sqrt(squares));
      }
    }
    var memory = Arena.ofAuto().allocate((long) values.length * Float.BYTES, 64);
    MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
    return new Tensor(ElementType.F32, weight.shape(), memory);
  }

  private float[] put(String name, int rows, int columns) {
    var values = new float[rows * columns];
    tensors.put(name, values);
    shapes.put(name, new int[] {rows, columns});
    return values;
  }

  private void write(boolean lengths) throws IOException {
    Files.writeString(
        folder.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 3, "lora_alpha": 6.0, "use_dora": %s, "bias": "none",
         "target_modules": ["q_proj", "k_proj", "down_proj", "o_proj"]}
        """
            .formatted(lengths));
    var header = Json.object();
    long at = 0;
    for (var entry : tensors.entrySet()) {
      long end = at + (long) entry.getValue().length * Float.BYTES;
      var shape = new java.util.ArrayList<Json>();
      for (int size : shapes.getOrDefault(entry.getKey(), new int[0])) shape.add(Json.of(size));
      header.put(
          entry.getKey(),
          Json.object()
              .put("dtype", "F32")
              .put("shape", new Json.ArrayValue(shape))
              .put("data_offsets", new Json.ArrayValue(List.of(Json.of(at), Json.of(end))))
              .end());
      at = end;
    }
    byte[] json = header.end().write().getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length + (int) at).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    tensors
        .values()
        .forEach(values -> {
          for (float value : values) bytes.putFloat(value);
        });
    Files.write(folder.resolve("adapter_model.safetensors"), bytes.array());
  }

  /// A file with other tensors.
  private record Replaced(ModelFile file, Map<String, Tensor> tensors) implements ModelFile {
    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public String format() {
      return file.format();
    }

    @Override
    public Metadata metadata() {
      return file.metadata();
    }

    @Override
    public void checkUnchanged() {}

    @Override
    public void close() {}
  }
}
