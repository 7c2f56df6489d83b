package altiplano.tensor;

import java.lang.foreign.MemorySegment;

/// How the numbers of a tensor are stored.
///
/// Quantised types store a row in blocks: [#blockLength] values share scales and take [#blockBytes]
/// bytes. Layouts as in ggml; docs/formats.md draws each.
public enum ElementType {
  F32(1, 4),
  F16(1, 2),
  BF16(1, 2),
  Q4_0(32, 18),
  Q4_1(32, 20),
  Q5_0(32, 22),
  Q5_1(32, 24),
  Q8_0(32, 34),
  Q2_K(256, 84),
  Q3_K(256, 110),
  Q4_K(256, 144),
  Q5_K(256, 176),
  Q6_K(256, 210);

  private final int blockLength;
  private final int blockBytes;

  ElementType(int blockLength, int blockBytes) {
    this.blockLength = blockLength;
    this.blockBytes = blockBytes;
  }

  /// Returns the number of values in a block: 1, 32 or 256.
  public int blockLength() {
    return blockLength;
  }

  /// Returns the number of bytes of a block.
  public int blockBytes() {
    return blockBytes;
  }

  /// Returns whether values share scales in blocks.
  public boolean quantised() {
    return blockLength > 1;
  }

  /// Returns the bytes that a row of `elements` values takes.
  ///
  /// @throws IllegalArgumentException if the values do not fill whole blocks
  /// @throws ArithmeticException if the size exceeds a `long`
  public long bytes(long elements) {
    if (elements < 0 || elements % blockLength != 0) {
      throw new IllegalArgumentException(
          "%s stores values in blocks of %d: %,d values do not fill whole blocks"
              .formatted(this, blockLength, elements));
    }
    return Math.multiplyExact(elements / blockLength, (long) blockBytes);
  }

  /// Decodes whole blocks to float32; the reference that every engine is tested against.
  ///
  /// @param source blocks of this type, little-endian
  /// @param offset bytes into `source`
  /// @param target receives `count` values from `at`
  /// @param count a multiple of [#blockLength]
  public void decode(MemorySegment source, long offset, float[] target, int at, int count) {
    throw new AssertionError("to be written");
  }

  /// Encodes float32 values to whole blocks, as ggml's reference quantisers do.
  ///
  /// @param source `count` values from `at`
  /// @param target receives the blocks, little-endian
  /// @param offset bytes into `target`
  /// @param count a multiple of [#blockLength]
  public void encode(float[] source, int at, int count, MemorySegment target, long offset) {
    throw new AssertionError("to be written");
  }
}
