package altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The vector engine against the reference, and against itself with other numbers of threads.
class EnginesAgreeTest {
  private static Kernels scalar() {
    return Kernels.open(new KernelOptions(Engine.SCALAR, 2, Activations.AUTO, true));
  }

  private static Kernels vector(int threads, Activations activations, boolean repack) {
    return Kernels.open(new KernelOptions(Engine.VECTOR, threads, activations, repack));
  }

  private record Shape(int rows, int outputs, int columns) {}

  /// Few rows and many, more than one pass of the blocked product, outputs that fill no tile.
  private static List<Shape> shapes(ElementType type) {
    int block = type.blockLength();
    return type.quantised()
        ? List.of(
            new Shape(1, 1, block),
            new Shape(1, 37, 3 * block),
            new Shape(3, 131, 2 * block),
            new Shape(8, 64, block),
            new Shape(9, 50, 5 * block),
            new Shape(70, 97, 2 * block),
            new Shape(515, 7, block))
        : List.of(
            new Shape(1, 1, 1),
            new Shape(1, 5, 7),
            new Shape(2, 33, 65),
            new Shape(8, 130, 320),
            new Shape(9, 49, 259),
            new Shape(33, 13, 600),
            new Shape(515, 7, 31));
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void exact_products_are_within_a_millionth_of_the_magnitudes(ElementType type) {
    for (boolean repack : new boolean[] {true, false}) {
      checkProducts(type, Activations.FLOAT32, repack, false);
    }
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void rounded_products_are_off_by_no_more_than_half_a_step_an_input(ElementType type) {
    for (boolean repack : new boolean[] {true, false}) {
      checkProducts(type, Activations.INT8, repack, type.quantised());
      checkProducts(type, Activations.AUTO, repack, type.quantised());
    }
  }

  private static void checkProducts(
      ElementType type, Activations activations, boolean repack, boolean rounded) {
    var random = new RandomCase(type.name().hashCode());
    try (var scalar = scalar();
        var vector = vector(2, activations, repack)) {
      for (var shape : shapes(type)) {
        var tensor = random.weights(type, shape.outputs(), shape.columns());
        var x = random.floats((long) shape.rows() * shape.columns());
        float[] expected = product(scalar, tensor, x, shape.rows());
        float[] actual = product(vector, tensor, x, shape.rows());
        double[] scale = magnitudes(tensor, x, shape.rows());
        for (int i = 0; i < expected.length; i++) scale[i] *= 1e-6;
        if (rounded) addRounding(tensor, x, shape.rows(), scale);
        assertClose(actual, expected, scale, "%s %s repack %s".formatted(type, shape, repack));
      }
    }
  }

  private static void assertClose(float[] actual, float[] expected, double[] allowed, String what) {
    for (int i = 0; i < expected.length; i++) {
      // Also true for NaN.
      if (!(Math.abs((double) actual[i] - expected[i]) <= allowed[i] + 1e-30)) {
        fail(
            "%s, value %d: %s, expected %s within %s", what, i, actual[i], expected[i], allowed[i]);
      }
    }
  }

  private static void assertClose(float[] actual, float[] expected, float relative, String what) {
    var allowed = new double[expected.length];
    for (int i = 0; i < allowed.length; i++) allowed[i] = relative * (1 + Math.abs(expected[i]));
    assertClose(actual, expected, allowed, what);
  }

  /// Adds what rounding the inputs may do: half of a block's step, its largest value over 127,
  /// each.
  private static void addRounding(Tensor tensor, MemorySegment x, int rows, double[] allowed) {
    int outputs = Math.toIntExact(tensor.shape().rows());
    int columns = Math.toIntExact(tensor.shape().columns());
    var weights = new float[columns];
    for (int output = 0; output < outputs; output++) {
      tensor.decodeRow(output, weights);
      for (int row = 0; row < rows; row++) {
        for (int block = 0; block < columns; block += 32) {
          double largest = 0;
          double sum = 0;
          for (int i = block; i < block + 32; i++) {
            float value = x.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * columns + i);
            largest = Math.max(largest, Math.abs(value));
            sum += Math.abs(weights[i]);
          }
          allowed[row * outputs + output] += 1.0001 * sum * largest / 254;
        }
      }
    }
  }

  private static double[] magnitudes(Tensor tensor, MemorySegment x, int rows) {
    int outputs = Math.toIntExact(tensor.shape().rows());
    int columns = Math.toIntExact(tensor.shape().columns());
    var sums = new double[rows * outputs];
    var weights = new float[columns];
    for (int output = 0; output < outputs; output++) {
      tensor.decodeRow(output, weights);
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
          float value = x.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * columns + i);
          sums[row * outputs + output] += Math.abs((double) weights[i] * value);
        }
      }
    }
    return sums;
  }

  private static float[] product(Kernels kernels, Tensor tensor, MemorySegment x, int rows) {
    var y = Arena.ofAuto().allocate(rows * tensor.shape().rows() * Float.BYTES, 64);
    kernels.multiply(kernels.matrix(tensor), x, y, rows);
    return array(y);
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void the_number_of_threads_changes_no_bit(ElementType type) {
    var random = new RandomCase(7);
    int columns = 2 * Math.max(160, type.blockLength());
    var tensor = random.weights(type, 517, columns);
    for (int rows : new int[] {1, 3, 40}) {
      var x = random.floats((long) rows * columns);
      float[] expected;
      try (var one = vector(1, Activations.AUTO, true)) {
        expected = product(one, tensor, x, rows);
      }
      for (int threads = 2; threads <= 4; threads++) {
        try (var some = vector(threads, Activations.AUTO, true)) {
          for (int repeat = 0; repeat < 5; repeat++) {
            assertThat(product(some, tensor, x, rows)).isEqualTo(expected);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void a_row_alone_gives_what_it_gives_among_many(ElementType type) {
    var random = new RandomCase(8);
    int rows = 21;
    int columns = 2 * Math.max(160, type.blockLength());
    var tensor = random.weights(type, 75, columns);
    var x = random.floats((long) rows * columns);
    try (var vector = vector(2, Activations.AUTO, true)) {
      float[] together = product(vector, tensor, x, rows);
      double[] scale = magnitudes(tensor, x, rows);
      for (int i = 0; i < scale.length; i++) scale[i] *= 1e-6;
      for (int row = 0; row < rows; row++) {
        var one = x.asSlice((long) row * columns * Float.BYTES, (long) columns * Float.BYTES);
        float[] alone = product(vector, tensor, one, 1);
        assertClose(
            alone,
            Arrays.copyOfRange(together, row * 75, (row + 1) * 75),
            Arrays.copyOfRange(scale, row * 75, (row + 1) * 75),
            "row " + row);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void gathered_rows_are_the_decoded_ones_bit_for_bit(ElementType type) {
    var random = new RandomCase(9);
    int columns = type.quantised() ? 3 * type.blockLength() : 37;
    var tensor = random.weights(type, 11, columns);
    int[] ids = {10, 0, 3, 3};
    var y = Arena.ofAuto().allocate((long) ids.length * columns * Float.BYTES, 64);
    try (var vector = vector(2, Activations.AUTO, true)) {
      vector.gather(vector.matrix(tensor), ids, ids.length, y);
    }
    var row = new float[columns];
    for (int i = 0; i < ids.length; i++) {
      tensor.decodeRow(ids[i], row);
      long at = (long) i * columns * Float.BYTES;
      assertThat(array(y.asSlice(at, (long) columns * Float.BYTES))).isEqualTo(row);
    }
  }

  static Stream<Arguments> operations() {
    return Stream.of(
        Arguments.of(
            "rmsNorm", op((k, x) -> k.rmsNorm(x[0], x[1], 1e-5f, x[0], rows(x), width(x)))),
        Arguments.of(
            "layerNorm",
            op((k, x) -> k.layerNorm(x[0], x[1], x[2], 1e-5f, x[0], rows(x), width(x)))),
        Arguments.of("swiglu", op((k, x) -> k.swiglu(x[0], x[3], elements(x)))),
        Arguments.of("relu", op((k, x) -> k.relu(x[0], elements(x)))),
        Arguments.of("gelu", op((k, x) -> k.gelu(x[0], elements(x)))),
        Arguments.of("add", op((k, x) -> k.add(x[0], x[3], elements(x)))),
        Arguments.of("addBias", op((k, x) -> k.addBias(x[0], x[1], rows(x), width(x)))));
  }

  private static BiConsumer<Kernels, MemorySegment[]> op(
      BiConsumer<Kernels, MemorySegment[]> operation) {
    return operation;
  }

  private static int width(MemorySegment[] x) {
    return Math.toIntExact(x[1].byteSize() / Float.BYTES);
  }

  private static int rows(MemorySegment[] x) {
    return Math.toIntExact(x[0].byteSize() / x[1].byteSize());
  }

  private static long elements(MemorySegment[] x) {
    return x[0].byteSize() / Float.BYTES;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void element_by_element_operations_agree(
      String name, BiConsumer<Kernels, MemorySegment[]> operation) {
    for (int[] size : new int[][] {{1, 1}, {3, 5}, {1, 64}, {7, 100}, {40, 2048}, {3, 9001}}) {
      var random = new RandomCase(size[1]);
      var inputs = new ArrayList<MemorySegment>();
      inputs.add(random.floats((long) size[0] * size[1]));
      inputs.add(random.floats(size[1]));
      inputs.add(random.floats(size[1]));
      inputs.add(random.floats((long) size[0] * size[1]));
      float[] expected;
      try (var scalar = scalar()) {
        expected = run(scalar, operation, inputs);
      }
      float[] alone;
      try (var vector = vector(1, Activations.AUTO, true)) {
        alone = run(vector, operation, inputs);
      }
      assertClose(alone, expected, 2e-6f, "%s of %d x %d".formatted(name, size[0], size[1]));
      for (int threads = 2; threads <= 4; threads++) {
        try (var vector = vector(threads, Activations.AUTO, true)) {
          assertThat(run(vector, operation, inputs)).isEqualTo(alone);
        }
      }
    }
  }

  private static float[] run(
      Kernels kernels, BiConsumer<Kernels, MemorySegment[]> operation, List<MemorySegment> inputs) {
    var copies = new MemorySegment[inputs.size()];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = Arena.ofAuto().allocate(inputs.get(i).byteSize(), 64).copyFrom(inputs.get(i));
    }
    operation.accept(kernels, copies);
    return array(copies[0]);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 20, 32, 64, 128})
  void rotations_agree(int headSize) {
    var random = new RandomCase(headSize);
    int rows = 5;
    int heads = 3;
    int[] positions = {0, 1, 130_000, 77, 4096};
    var frequencies = new double[headSize / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(500_000, -2.0 * i / headSize);
    }
    var x = random.floats((long) rows * heads * headSize);
    var expected = Arena.ofAuto().allocate(x.byteSize(), 64).copyFrom(x);
    try (var scalar = scalar();
        var vector = vector(2, Activations.AUTO, true)) {
      scalar.rotate(expected, positions, frequencies, rows, heads, headSize);
      vector.rotate(x, positions, frequencies, rows, heads, headSize);
      assertClose(array(x), array(expected), 1e-6f, "first positions");
      // Other positions with the same frequencies: the table is made anew.
      int[] later = {1, 2, 3, 4, 5};
      scalar.rotate(expected, later, frequencies, rows, heads, headSize);
      vector.rotate(x, later, frequencies, rows, heads, headSize);
      assertClose(array(x), array(expected), 2e-6f, "other positions");
    }
  }

  private static float[] array(MemorySegment x) {
    return x.toArray(ValueLayout.JAVA_FLOAT);
  }
}
