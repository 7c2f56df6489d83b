package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.INTS;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import altiplano.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// How blocks of one quantised type become floats, 16 values at a time: within 16 values neither
/// the scales nor the bits' place in a byte change. docs/formats.md draws the blocks.
///
/// A value is `scale * (code - zero) - minimum`. A code's lower and upper bits lie in planes: `run`
/// bytes hold the first `run` values in their lowest bits, the next `run` in the bits above, and so
/// on.
///
/// @param length values in a block
/// @param bytes of a block
/// @param zero the code that stands for zero
/// @param scaleAt byte of the block's float16 scale
/// @param minimumAt byte of its float16 minimum; -1 where there is none
/// @param low the codes' lower bits
/// @param high their upper bits, or a plane of no bits
/// @param packing where the 16 values' own scale and minimum are
record BlockDecoder(
    int length,
    int bytes,
    int zero,
    int scaleAt,
    int minimumAt,
    Plane low,
    Plane high,
    Packing packing) {
  private static final int UNIT = 16;
  private static final IntVector LANE_NUMBERS = IntVector.zero(INTS).addIndex(1);

  private static final class Plane {
    static final Plane NONE = new Plane(0, 0, UNIT);

    final int at;
    final int bits;
    final int run;

    /// For each unit of 16 values, the byte of the block where it begins and the place of its bits
    /// there: looked up, since divisions took longer than the values.
    final int[] bytes = new int[256 / UNIT];

    final int[] shifts = new int[256 / UNIT];

    /// @param at byte of the block where it begins
    /// @param bits of each value: 1, 2 or 4
    /// @param run bytes; a run of 1 is one bit a value in order
    Plane(int at, int bits, int run) {
      this.at = at;
      this.bits = bits;
      this.run = run;
      int span = run * 8 / Math.max(1, bits);
      for (int unit = 0; unit < bytes.length; unit++) {
        int first = unit * UNIT;
        bytes[unit] = at + first / span * run + first % run;
        shifts[unit] = first % span / run * bits;
      }
    }
  }

  private enum Packing {
    NONE,
    NIBBLES,
    SIX_BITS,
    SIX_BIT_PAIRS,
    BYTES
  }

  static BlockDecoder of(ElementType type) {
    return switch (type) {
      case Q4_0 -> small(type, 8, -1, new Plane(2, 4, 16), Plane.NONE);
      case Q4_1 -> small(type, 0, 2, new Plane(4, 4, 16), Plane.NONE);
      case Q5_0 -> small(type, 16, -1, new Plane(6, 4, 16), new Plane(2, 1, 1));
      case Q5_1 -> small(type, 0, 2, new Plane(8, 4, 16), new Plane(4, 1, 1));
      case Q2_K -> large(type, 0, 80, 82, new Plane(16, 2, 32), Plane.NONE, Packing.NIBBLES);
      case Q3_K ->
          large(type, 4, 108, -1, new Plane(32, 2, 32), new Plane(0, 1, 32), Packing.SIX_BITS);
      case Q4_K -> large(type, 0, 0, 2, new Plane(16, 4, 32), Plane.NONE, Packing.SIX_BIT_PAIRS);
      case Q5_K ->
          large(type, 0, 0, 2, new Plane(48, 4, 32), new Plane(16, 1, 32), Packing.SIX_BIT_PAIRS);
      case Q6_K ->
          large(type, 32, 208, -1, new Plane(0, 4, 64), new Plane(128, 2, 32), Packing.BYTES);
      case F32, F16, BF16, Q8_0 ->
          throw new IllegalArgumentException(type + " is not decoded by blocks of codes");
    };
  }

  private static BlockDecoder small(
      ElementType type, int zero, int minimumAt, Plane low, Plane high) {
    return new BlockDecoder(32, type.blockBytes(), zero, 0, minimumAt, low, high, Packing.NONE);
  }

  private static BlockDecoder large(
      ElementType type,
      int zero,
      int scaleAt,
      int minimumAt,
      Plane low,
      Plane high,
      Packing packing) {
    return new BlockDecoder(256, type.blockBytes(), zero, scaleAt, minimumAt, low, high, packing);
  }

  /// Decodes `count` values of whole blocks from byte `at` of `data`, bit for bit as
  /// [ElementType#decode] does.
  void decode(MemorySegment data, long at, float[] target, int to, int count) {
    for (int i = 0; i < count; i += length, at += bytes) {
      float d = Float.float16ToFloat(data.get(Weights.SHORT, at + scaleAt));
      float m = minimumAt < 0 ? 0 : Float.float16ToFloat(data.get(Weights.SHORT, at + minimumAt));
      for (int unit = 0; unit < length / UNIT; unit++) {
        float scale = d * scale(data, at, unit);
        float minimum = minimumAt < 0 ? 0 : m * minimum(data, at, unit);
        int first = unit * UNIT;
        int unitTo = to + i + first;
        long lowAt = at + low.bytes[unit];
        int shift = low.shifts[unit];
        // Three loops rather than one with choices inside: a vector that may come from either of
        // two places is allocated.
        if (high.bits == 0) {
          decodeLow(data, lowAt, shift, scale, minimum, target, unitTo);
        } else if (high.run == 1) {
          int word = data.get(Lanes.INT, at + high.at) >>> first;
          decodeWithBits(data, lowAt, shift, word, scale, minimum, target, unitTo);
        } else {
          long highAt = at + high.bytes[unit];
          decodeWithPlane(
              data, lowAt, shift, highAt, high.shifts[unit], scale, minimum, target, unitTo);
        }
      }
    }
  }

  private void decodeLow(
      MemorySegment data, long at, int shift, float scale, float minimum, float[] target, int to) {
    int mask = (1 << low.bits) - 1;
    for (int k = 0; k < UNIT; k += COUNT) {
      var codes = Lanes.bytes(data, at + k).lanewise(LSHR, shift).and(mask).sub(zero);
      ((FloatVector) codes.convert(I2F, 0)).mul(scale).sub(minimum).intoArray(target, to + k);
    }
  }

  /// @param word the upper bits of the values in order
  private void decodeWithBits(
      MemorySegment data,
      long at,
      int shift,
      int word,
      float scale,
      float minimum,
      float[] target,
      int to) {
    int mask = (1 << low.bits) - 1;
    for (int k = 0; k < UNIT; k += COUNT) {
      var upper = IntVector.broadcast(INTS, word >>> k).lanewise(LSHR, LANE_NUMBERS).and(1);
      var codes =
          Lanes.bytes(data, at + k)
              .lanewise(LSHR, shift)
              .and(mask)
              .add(upper.lanewise(LSHL, low.bits))
              .sub(zero);
      ((FloatVector) codes.convert(I2F, 0)).mul(scale).sub(minimum).intoArray(target, to + k);
    }
  }

  private void decodeWithPlane(
      MemorySegment data,
      long at,
      int shift,
      long highAt,
      int highShift,
      float scale,
      float minimum,
      float[] target,
      int to) {
    int mask = (1 << low.bits) - 1;
    int highMask = (1 << high.bits) - 1;
    for (int k = 0; k < UNIT; k += COUNT) {
      var upper = Lanes.bytes(data, highAt + k).lanewise(LSHR, highShift).and(highMask);
      var codes =
          Lanes.bytes(data, at + k)
              .lanewise(LSHR, shift)
              .and(mask)
              .add(upper.lanewise(LSHL, low.bits))
              .sub(zero);
      ((FloatVector) codes.convert(I2F, 0)).mul(scale).sub(minimum).intoArray(target, to + k);
    }
  }

  private int scale(MemorySegment data, long at, int unit) {
    return switch (packing) {
      case NONE -> 1;
      case NIBBLES -> data.get(Scalar.BYTE, at + unit) & 15;
      case SIX_BITS -> {
        int lower = data.get(Scalar.BYTE, at + 96 + unit % 8) >>> (unit / 8 * 4) & 15;
        int upper = data.get(Scalar.BYTE, at + 104 + unit % 4) >>> (unit / 4 * 2) & 3;
        yield (lower | upper << 4) - 32;
      }
      case SIX_BIT_PAIRS -> {
        int j = unit / 2;
        yield j < 4
            ? data.get(Scalar.BYTE, at + 4 + j) & 63
            : (data.get(Scalar.BYTE, at + 8 + j) & 15)
                | (((data.get(Scalar.BYTE, at + j) >>> 6) & 3) << 4);
      }
      case BYTES -> data.get(Scalar.BYTE, at + 192 + unit);
    };
  }

  private int minimum(MemorySegment data, long at, int unit) {
    return switch (packing) {
      case NONE -> -1; // it is added
      case NIBBLES -> data.get(Scalar.BYTE, at + unit) >>> 4 & 15;
      case SIX_BIT_PAIRS -> {
        int j = unit / 2;
        yield j < 4
            ? data.get(Scalar.BYTE, at + 8 + j) & 63
            : ((data.get(Scalar.BYTE, at + 8 + j) >>> 4) & 15)
                | (((data.get(Scalar.BYTE, at + 4 + j) >>> 6) & 3) << 4);
      }
      case SIX_BITS, BYTES -> 0;
    };
  }
}
