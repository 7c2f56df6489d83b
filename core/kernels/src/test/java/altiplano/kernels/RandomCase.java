package altiplano.kernels;

import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/// Seeded numbers for the tests.
final class RandomCase {
  private final Random random;

  RandomCase(long seed) {
    random = new Random(seed);
  }

  int between(int low, int high) {
    return random.nextInt(low, high + 1);
  }

  /// Returns normal values, native.
  MemorySegment floats(long count) {
    var x = Arena.ofAuto().allocate(count * Float.BYTES, 64);
    for (long i = 0; i < count; i++) {
      x.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    return x;
  }

  /// Returns a matrix whose blocks are random bits with scales near 0.01, some negative, subnormal
  /// or zero.
  Tensor weights(ElementType type, int rows, int columns) {
    long bytes = Math.multiplyExact(type.bytes(columns), rows);
    var data = Arena.ofAuto().allocate(bytes, 64);
    if (!type.quantised()) {
      var values = new float[columns];
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) values[i] = (float) random.nextGaussian() / 16;
        type.encode(values, 0, columns, data, row * type.bytes(columns));
      }
      return new Tensor(type, Shape.of(rows, columns), data);
    }
    var block = new byte[type.blockBytes()];
    for (long at = 0; at < bytes; at += block.length) {
      random.nextBytes(block);
      MemorySegment.copy(block, 0, data, ValueLayout.JAVA_BYTE, at, block.length);
      for (int offset : scaleOffsets(type)) {
        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + offset, Float.floatToFloat16(scale()));
      }
    }
    return new Tensor(type, Shape.of(rows, columns), data);
  }

  private float scale() {
    return switch (random.nextInt(8)) {
      case 0 -> -0.01f;
      case 1 -> 3e-7f;
      case 2 -> 0;
      default -> 0.01f * random.nextFloat();
    };
  }

  private static int[] scaleOffsets(ElementType type) {
    return switch (type) {
      case F32, F16, BF16 -> new int[] {};
      case Q4_0, Q5_0, Q8_0 -> new int[] {0};
      case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
      case Q2_K -> new int[] {80, 82};
      case Q3_K -> new int[] {108};
      case Q6_K -> new int[] {208};
    };
  }
}
