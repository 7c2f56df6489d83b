package altiplano.kernels;

import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A small application, run by [EngineChoiceTest] as a process: it says which engine it got and
/// whether that computes what the reference does.
final class EngineReport {
  private EngineReport() {}

  public static void main(String[] arguments) {
    var engine = Engine.valueOf(System.getProperty("engine", "AUTO"));
    var options = new KernelOptions(engine, 2, Activations.FLOAT32, true);
    try (var kernels = Kernels.open(options)) {
      System.out.println("engine=" + kernels.name());
      System.out.println("reason=" + kernels.reason());
      System.out.println("agreement=" + agrees(kernels));
    } catch (IllegalArgumentException refused) {
      System.out.println("refused: " + refused.getMessage());
    }
  }

  /// Multiplies and decodes matrices of every type with few rows and many.
  private static boolean agrees(Kernels kernels) {
    try (var scalar = Kernels.open(new KernelOptions(Engine.SCALAR, 1, Activations.AUTO, true))) {
      for (var type : ElementType.values()) {
        var random = new RandomCase(type.name().hashCode());
        int columns = type.quantised() ? 2 * type.blockLength() : 77;
        var tensor = random.weights(type, 45, columns);
        for (int rows : new int[] {1, 3, 20}) {
          var x = random.floats((long) rows * columns);
          if (!close(product(kernels, tensor, x, rows), product(scalar, tensor, x, rows))) {
            System.out.println("differs: " + type + " with " + rows + " rows");
            return false;
          }
        }
      }
    }
    return true;
  }

  private static float[] product(Kernels kernels, Tensor tensor, MemorySegment x, int rows) {
    var y = Arena.ofAuto().allocate(rows * tensor.shape().rows() * Float.BYTES, 64);
    kernels.multiply(kernels.matrix(tensor), x, y, rows);
    return y.toArray(ValueLayout.JAVA_FLOAT);
  }

  /// Compares within float32 sums: a small result may be the rest of large parts.
  private static boolean close(float[] actual, float[] expected) {
    float largest = 1;
    for (float value : expected) largest = Math.max(largest, Math.abs(value));
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= 1e-4f * largest)) return false;
    }
    return true;
  }
}
