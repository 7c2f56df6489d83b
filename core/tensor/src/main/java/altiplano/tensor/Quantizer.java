package altiplano.tensor;

import altiplano.tensor.BlockLayout.Plain;
import altiplano.tensor.BlockLayout.Quantised;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Encodes rows to a type with the least squared error that it finds, each block by itself.
///
/// Not thread-safe: take one a thread. Equal rows give equal bytes.
@Stability.Experimental
public final class Quantizer {
  private final ElementType type;
  private final float[] weight;
  private final BlockWriter writer;

  @FunctionalInterface
  private interface BlockWriter {
    void encode(float[] source, int at, float[] weight, MemorySegment target, long start);
  }

  private Quantizer(ElementType type, BlockWriter writer) {
    this.type = type;
    this.writer = writer;
    this.weight = new float[type.blockLength()];
  }

  /// Returns a quantiser that searches for the closest block; types that are not quantised are
  /// rounded.
  public static Quantizer of(ElementType type) {
    return new Quantizer(
        type,
        switch (type.layout()) {
          case Plain plain -> (x, at, _, target, start) -> plain.encode(x[at], target, start);
          case Quantised layout -> new BlockSearch(layout)::encode;
        });
  }

  /// Returns a quantiser that gives the bytes of ggml's reference quantisers for Q4_0, Q4_1, Q5_0,
  /// Q5_1 and Q8_0; other types are as in [#of].
  public static Quantizer reference(ElementType type) {
    return type.layout() instanceof Quantised layout && layout.scales() == ScalePacking.NONE
        ? new Quantizer(
            type,
            (x, at, _, target, start) -> ReferenceEncoder.encode(layout, x, at, target, start))
        : of(type);
  }

  /// Encodes values that count equally.
  ///
  /// @param source `count` finite values from `at`
  /// @param count a multiple of [ElementType#blockLength]
  /// @param target receives the blocks from byte `offset`
  /// @throws IllegalArgumentException if a value is infinite or not a number
  public void quantize(float[] source, int at, int count, MemorySegment target, long offset) {
    Arrays.fill(weight, 1);
    encode(source, at, count, target, offset);
  }

  /// Encodes values that count by `importance`: how much the model's result depends on each, such
  /// as the mean square of a column's inputs.
  ///
  /// @param importance `count` weights, not negative, one a value; see [#quantize(float[], int,
  ///   int, MemorySegment, long)] for the rest
  public void quantize(
      float[] source, int at, int count, float[] importance, MemorySegment target, long offset) {
    if (importance.length != count) {
      throw new IllegalArgumentException(
          "%,d weights for %,d values".formatted(importance.length, count));
    }
    long start = offset;
    for (int i = 0; i < count; i += type.blockLength(), start += type.blockBytes()) {
      System.arraycopy(importance, i, weight, 0, weight.length);
      encode(source, at + i, type.blockLength(), target, start);
    }
  }

  private void encode(float[] source, int at, int count, MemorySegment target, long offset) {
    type.bytes(count); // whole blocks
    if (type.quantised()) requireFinite(source, at, count);
    long start = offset;
    for (int i = at; i < at + count; i += type.blockLength(), start += type.blockBytes()) {
      writer.encode(source, i, weight, target, start);
    }
  }

  private static void requireFinite(float[] source, int at, int count) {
    for (int i = at; i < at + count; i++) {
      if (!Float.isFinite(source[i])) {
        throw new IllegalArgumentException(
            "value %,d is %s; only finite values can be quantised".formatted(i - at, source[i]));
      }
    }
  }
}
