package altiplano.tensor;

import java.lang.foreign.MemorySegment;

/// How the numbers of a tensor are stored.
///
/// Quantised types store a row in blocks: [#blockLength] values share scales and take [#blockBytes]
/// bytes. Layouts as in ggml; docs/formats.md draws each.
public enum ElementType {
  F32(1, 4, BlockLayout.Plain.F32),
  F16(1, 2, BlockLayout.Plain.F16),
  BF16(1, 2, BlockLayout.Plain.BF16),
  Q4_0(32, 18, BlockLayout.Quantised.Q4_0),
  Q4_1(32, 20, BlockLayout.Quantised.Q4_1),
  Q5_0(32, 22, BlockLayout.Quantised.Q5_0),
  Q5_1(32, 24, BlockLayout.Quantised.Q5_1),
  Q8_0(32, 34, BlockLayout.Quantised.Q8_0),
  Q2_K(256, 84, BlockLayout.Quantised.Q2_K),
  Q3_K(256, 110, BlockLayout.Quantised.Q3_K),
  Q4_K(256, 144, BlockLayout.Quantised.Q4_K),
  Q5_K(256, 176, BlockLayout.Quantised.Q5_K),
  Q6_K(256, 210, BlockLayout.Quantised.Q6_K);

  private final int blockLength;
  private final int blockBytes;

  // Immutable: records and enums all the way down.
  @SuppressWarnings("ImmutableEnumChecker")
  private final BlockLayout layout;

  ElementType(int blockLength, int blockBytes, BlockLayout layout) {
    this.blockLength = blockLength;
    this.blockBytes = blockBytes;
    this.layout = layout;
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
    requireWholeBlocks(elements);
    return Math.multiplyExact(elements / blockLength, (long) blockBytes);
  }

  /// Decodes whole blocks to float32; the reference that every engine is tested against.
  ///
  /// @param source blocks of this type, little-endian
  /// @param offset bytes into `source`
  /// @param target receives `count` values from `at`
  /// @param count a multiple of [#blockLength]
  public void decode(MemorySegment source, long offset, float[] target, int at, int count) {
    requireWholeBlocks(count);
    long start = offset;
    for (int i = at; i < at + count; i += blockLength, start += blockBytes) {
      layout.decode(source, start, target, i);
    }
  }

  /// Encodes float32 values to whole blocks: rounded to nearest, ties to even, for F16 and BF16;
  /// the bytes of ggml's reference quantisers for blocks of 32; the closest block that [Quantizer]
  /// finds for blocks of 256.
  ///
  /// @param source `count` values from `at`; finite where the type is quantised
  /// @param target receives the blocks, little-endian
  /// @param offset bytes into `target`
  /// @param count a multiple of [#blockLength]
  public void encode(float[] source, int at, int count, MemorySegment target, long offset) {
    Quantizer.reference(this).quantize(source, at, count, target, offset);
  }

  BlockLayout layout() {
    return layout;
  }

  private void requireWholeBlocks(long elements) {
    if (elements < 0 || elements % blockLength != 0) {
      throw new IllegalArgumentException(
          "%s stores values in blocks of %d: %,d values do not fill whole blocks"
              .formatted(this, blockLength, elements));
    }
  }
}
