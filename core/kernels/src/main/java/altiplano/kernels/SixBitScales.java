package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.INTS;
import static altiplano.kernels.Lanes.UB2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// How blocks of Q4_K and Q5_K begin: two float16, the scale of scales and that of minimums, and
/// twelve bytes with eight scales and eight minimums of 6 bits, one each for 32 columns.
///
/// A row's are read before its codes. They come out four at a time, and the stores of small pieces
/// are long done when the vector is read that they make up; it also brings the row's memory nearer.
final class SixBitScales {
  /// Where the row's unpacked bytes are in the scratch: four floats' bits a block.
  private static final int WORDS = Weights.STREAMS * COUNT;

  private SixBitScales() {}

  /// Returns where [#read] puts the scales in the scratch: for each block sixteen floats, the first
  /// eight of them its scales, not yet multiplied by the scale of scales.
  static int at(int blocks) {
    return WORDS + 4 * blocks;
  }

  /// Reads the scales of the row that begins at byte `start` to the scratch.
  ///
  /// @param xAt index of the input row's first value
  /// @return the minimums' part of the row's product
  static float read(
      MemorySegment data,
      long start,
      int blockBytes,
      int blocks,
      Inputs inputs,
      int xAt,
      float[] scratch) {
    for (int b = 0; b < blocks; b++) {
      long at = start + (long) b * blockBytes;
      int u = data.get(Lanes.INT, at + 4);
      int v = data.get(Lanes.INT, at + 8);
      int w = data.get(Lanes.INT, at + 12);
      int to = WORDS + 4 * b;
      scratch[to] = Float.intBitsToFloat(u & 0x3f3f3f3f);
      scratch[to + 1] = Float.intBitsToFloat((w & 0x0f0f0f0f) | ((u >>> 2) & 0x30303030));
      scratch[to + 2] = Float.intBitsToFloat(v & 0x3f3f3f3f);
      scratch[to + 3] = Float.intBitsToFloat(((w >>> 4) & 0x0f0f0f0f) | ((v >>> 2) & 0x30303030));
    }
    float[] sums = inputs.sums();
    int sumsAt = xAt / 16;
    int scales = at(blocks);
    var minimums = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++) {
      float scale =
          Float.float16ToFloat(data.get(Weights.SHORT, start + (long) b * blockBytes + 2));
      for (int k = 0; k < 16; k += COUNT) {
        var values =
            (FloatVector)
                FloatVector.fromArray(Lanes.QUARTER_FLOATS, scratch, WORDS + 4 * b + k / 4)
                    .reinterpretAsBytes()
                    .convertShape(UB2I, INTS, 0)
                    .convert(I2F, 0);
        values.intoArray(scratch, scales + 16 * b + k);
        minimums =
            values
                .mul(scale)
                .fma(FloatVector.fromArray(FLOATS, sums, sumsAt + 16 * b + k), minimums);
      }
    }
    minimums.intoArray(scratch, 0);
    return Lanes.sum(scratch, 0);
  }
}
