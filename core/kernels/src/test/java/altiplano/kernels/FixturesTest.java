package altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.files.ModelFile;
import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import altiplano.testing.Shared;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Rows of every type that other programs encoded, decoded and multiplied.
class FixturesTest {
  private record Case(
      String tensor, ElementType type, int offset, double[] dots, double[] scales) {}

  private static Case load(ElementType type) throws IOException {
    var text = Files.readString(Shared.path("fixtures/dequantized.json"));
    var index = (Json.ObjectValue) Json.parse(text);
    for (var entry : ((Json.ArrayValue) index.get("kernels").orElseThrow()).elements()) {
      var row = (Json.ObjectValue) entry;
      if (!text(row, "type").equals(type.name())) continue;
      return new Case(
          text(row, "tensor"),
          type,
          number(row, "offset"),
          numbers(row, "dot"),
          numbers(row, "abs_dot"));
    }
    throw new AssertionError("no rows of " + type);
  }

  private static String text(Json.ObjectValue row, String key) {
    return ((Json.TextValue) row.get(key).orElseThrow()).value();
  }

  private static int number(Json.ObjectValue row, String key) {
    return ((Json.NumberValue) row.get(key).orElseThrow()).value().intValueExact();
  }

  private static double[] numbers(Json.ObjectValue row, String key) {
    return ((Json.ArrayValue) row.get(key).orElseThrow())
        .elements().stream()
            .mapToDouble(value ->
                switch (value) {
                  case Json.NumberValue(var exact) -> exact.doubleValue();
                  case Json.TextValue(var digits) -> Double.parseDouble(digits);
                  default -> throw new AssertionError(value);
                })
            .toArray();
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void every_engine_decodes_bit_for_bit(ElementType type) throws IOException {
    var expected = load(type);
    var bytes = Files.readAllBytes(Shared.path("fixtures/kernels.bin"));
    var floats = new float[4 * 1024];
    ByteBuffer.wrap(bytes, expected.offset(), 4 * floats.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(floats);
    try (var file = ModelFile.open(Shared.path("fixtures/kernels.gguf"))) {
      for (var engine : new Engine[] {Engine.SCALAR, Engine.VECTOR}) {
        try (var kernels = Kernels.open(new KernelOptions(engine, 2, Activations.AUTO, true))) {
          var y = Arena.ofAuto().allocate(4L * floats.length, 64);
          int[] ids = IntStream.range(0, 4).toArray();
          kernels.gather(kernels.matrix(file.tensor(expected.tensor())), ids, 4, y);
          assertThat(bits(y)).as(engine.name()).isEqualTo(bits(MemorySegment.ofArray(floats)));
        }
      }
    }
  }

  private static int[] bits(MemorySegment x) {
    return x.toArray(ValueLayout.JAVA_INT);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void products_are_within_the_tolerance_of_their_arithmetic(ElementType type) throws IOException {
    var expected = load(type);
    try (var file = ModelFile.open(Shared.path("fixtures/kernels.gguf"))) {
      Tensor weights = file.tensor(expected.tensor());
      var x = Arena.ofAuto().allocate(4096, 64).copyFrom(file.tensor("x").data());
      for (var engine : new Engine[] {Engine.SCALAR, Engine.VECTOR}) {
        for (boolean repack : new boolean[] {true, false}) {
          check(expected, weights, x, engine, Activations.FLOAT32, repack, 1e-6);
          check(expected, weights, x, engine, Activations.AUTO, repack, 3e-3);
          check(expected, weights, x, engine, Activations.INT8, repack, 3e-3);
        }
      }
    }
  }

  private static void check(
      Case expected,
      Tensor weights,
      MemorySegment x,
      Engine engine,
      Activations activations,
      boolean repack,
      double tolerance) {
    var y = Arena.ofAuto().allocate(4 * Float.BYTES, 64);
    try (var kernels = Kernels.open(new KernelOptions(engine, 2, activations, repack))) {
      kernels.multiply(kernels.matrix(weights), x, y, 1);
    }
    for (int row = 0; row < 4; row++) {
      double error = y.getAtIndex(ValueLayout.JAVA_FLOAT, row) - expected.dots()[row];
      assertThat(Math.abs(error) / expected.scales()[row])
          .as("%s %s repack %s row %d", engine, activations, repack, row)
          .isLessThanOrEqualTo(tolerance);
    }
  }
}
