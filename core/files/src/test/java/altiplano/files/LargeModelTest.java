package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;

/// Models larger than memory. Slow: `./build test -am -pl core/files -Dtest=LargeModelTest
/// -Djunit.excludedTags=none -Dsurefire.failIfNoSpecifiedTests=false`; `-Dlayers=4` makes the first
/// one smaller.
@Tag("slow")
class LargeModelTest {
  @TempDir Path folder;

  @Test
  void a_model_of_8b_is_converted_both_ways_in_a_heap_of_1_gb() throws Exception {
    int layers = Integer.getInteger("layers", 32);
    long bytes = Converter.tensors(layers).stream().mapToLong(OutgoingTensor::bytes).sum();
    long free = Files.getFileStore(folder).getUsableSpace();
    assumeTrue(free > 3.1 * bytes, "needs %,d bytes of disk".formatted((long) (3.1 * bytes)));
    var classPath =
        Stream.of(ModelFile.class, Tensor.class, JsonParser.class, LargeModelTest.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation().toString())
            .map(place -> Path.of(URI.create(place)).toString())
            .collect(Collectors.joining(":"));
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                Converter.class.getName(),
                folder.toString(),
                String.valueOf(layers))
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.print(said);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).endsWith("equal\n");
  }

  @Test
  void a_tensor_of_more_than_2_gib_is_written_and_read_in_both_formats() {
    var shape = Shape.of(131_072, 4_352);
    var large =
        new OutgoingTensor(
            "output.weight", ElementType.F32, shape, new Converter.Numbers(shape, 1));
    var small =
        new OutgoingTensor(
            "token_embd.weight",
            ElementType.F32,
            Shape.of(2, 4_352),
            out -> {
              for (var rest = ByteBuffer.allocate(2 * 4_352 * 4); rest.hasRemaining(); ) {
                out.write(rest);
              }
            });
    assertThat(large.bytes()).isGreaterThan(1L << 31);
    var gguf = folder.resolve("m.gguf");
    var values = new LinkedHashMap<String, Object>();
    values.put("general.architecture", "llama");
    GgufWriter.write(gguf, new Metadata(values), List.of(large, small), _ -> {});
    try (var written = ModelFile.open(gguf)) {
      ModelConversion.convert(written, ModelOutput.to(folder.resolve("m")));
      try (var converted = ModelFile.open(folder.resolve("m"))) {
        for (var name : List.of("output.weight", "token_embd.weight")) {
          assertThat(converted.tensor(name).data().mismatch(written.tensor(name).data()))
              .isEqualTo(-1);
        }
        var last = new float[4_352];
        converted.tensor("output.weight").decodeRow(131_071, last);
        var first = new float[4_352];
        converted.tensor("output.weight").decodeRow(0, first);
        for (int i = 0; i < 4_352; i++) {
          assertThat(last[i]).isEqualTo(first[(i + 131_071) % 4_352]);
        }
      }
    }
  }

  /// The program of the small VM: an 8B-shaped folder, to GGUF, and back.
  static final class Converter {
    private static final int WIDTH = 4096;
    private static final int INNER = 14_336;
    private static final int HEAD = 128;
    private static final int KEYS = 1024;
    private static final int VOCABULARY = 128_256;

    private Converter() {}

    static void main(String[] arguments) {
      var folder = Path.of(arguments[0]);
      int layers = Integer.parseInt(arguments[1]);
      var original = folder.resolve("original");
      var gguf = folder.resolve("model.gguf");
      var back = folder.resolve("back");
      var tensors = tensors(layers);
      long bytes = tensors.stream().mapToLong(OutgoingTensor::bytes).sum();
      timed("written", bytes, () -> HuggingFaceFolder.write(original, metadata(layers), tensors));
      timed("folder to GGUF", bytes, () -> convert(original, gguf));
      timed("GGUF to folder", bytes, () -> convert(gguf, back));
      try (var a = ModelFile.open(original);
          var b = ModelFile.open(back)) {
        for (var name : a.tensors().keySet()) {
          if (a.tensor(name).data().mismatch(b.tensor(name).data()) != -1) {
            throw new AssertionError(name + " differs");
          }
        }
      }
      System.out.print("equal\n");
    }

    private static void convert(Path from, Path to) {
      try (var model = ModelFile.open(from)) {
        ModelConversion.convert(model, ModelOutput.to(to));
      }
    }

    private static void timed(String what, long bytes, Runnable work) {
      long start = System.nanoTime();
      work.run();
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%s: %.2f GB in %.1f s, %.2f GB/s%n", what, bytes / 1e9, seconds, bytes / 1e9 / seconds);
    }

    private static Metadata metadata(int layers) {
      var values = new LinkedHashMap<String, Object>();
      values.put("general.architecture", "llama");
      values.put("llama.block_count", (long) layers);
      values.put("llama.context_length", 131_072L);
      values.put("llama.embedding_length", (long) WIDTH);
      values.put("llama.feed_forward_length", (long) INNER);
      values.put("llama.attention.head_count", (long) WIDTH / HEAD);
      values.put("llama.attention.head_count_kv", (long) KEYS / HEAD);
      values.put("llama.attention.layer_norm_rms_epsilon", 1e-5f);
      values.put("llama.rope.freq_base", 500_000f);
      values.put("llama.rope.dimension_count", (long) HEAD);
      values.put("llama.vocab_size", (long) VOCABULARY);
      return new Metadata(values);
    }

    static List<OutgoingTensor> tensors(int layers) {
      var tensors = new ArrayList<OutgoingTensor>();
      add(tensors, "token_embd", VOCABULARY, WIDTH);
      for (int layer = 0; layer < layers; layer++) {
        var block = "blk." + layer + ".";
        add(tensors, block + "attn_norm", WIDTH);
        add(tensors, block + "attn_q", WIDTH, WIDTH);
        add(tensors, block + "attn_k", KEYS, WIDTH);
        add(tensors, block + "attn_v", KEYS, WIDTH);
        add(tensors, block + "attn_output", WIDTH, WIDTH);
        add(tensors, block + "ffn_norm", WIDTH);
        add(tensors, block + "ffn_gate", INNER, WIDTH);
        add(tensors, block + "ffn_up", INNER, WIDTH);
        add(tensors, block + "ffn_down", WIDTH, INNER);
      }
      add(tensors, "output_norm", WIDTH);
      add(tensors, "output", VOCABULARY, WIDTH);
      return tensors;
    }

    private static void add(List<OutgoingTensor> tensors, String name, long... sizes) {
      var shape = Shape.of(sizes);
      tensors.add(
          new OutgoingTensor(
              name + ".weight", ElementType.BF16, shape, new Numbers(shape, tensors.size())));
    }

    /// Numbers of 2 or 4 bytes between 0.5 and 2: a row of random ones whose start moves with the
    /// row, so that no two rows are equal.
    ///
    /// @param seed of the row; 1 makes float32, else bfloat16
    record Numbers(Shape shape, int seed) implements OutgoingTensor.Body {
      @Override
      public void writeTo(WritableByteChannel out) throws IOException {
        var random = new SplittableRandom(seed);
        int width = Math.toIntExact(shape.columns());
        int rows = Math.toIntExact(shape.rows());
        int size = seed == 1 && width == 4_352 ? Float.BYTES : Short.BYTES;
        // Two copies of the row: a row that starts anywhere in the first is in one piece.
        var numbers = ByteBuffer.allocateDirect(2 * width * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < width; i++) {
          int bits = 0x3F00_0000 | random.nextInt(1 << 24);
          for (int copy = i; copy < 2 * width; copy += width) {
            if (size == Float.BYTES) numbers.putInt(copy * size, bits);
            else numbers.putShort(copy * size, (short) (bits >>> 16));
          }
        }
        for (int row = 0; row < rows; row++) {
          var rest = numbers.slice(row % width * size, width * size);
          while (rest.hasRemaining()) out.write(rest);
        }
      }
    }
  }
}
