package altiplano.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// The bytes of one block, and the values they stand for.
sealed interface BlockLayout {
  ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Decodes one block that starts at byte `start`.
  void decode(MemorySegment source, long start, float[] target, int at);

  /// A single number, not quantised.
  enum Plain implements BlockLayout {
    F32 {
      @Override
      public void decode(MemorySegment source, long start, float[] target, int at) {
        target[at] = source.get(FLOAT, start);
      }

      @Override
      void encode(float value, MemorySegment target, long start) {
        target.set(FLOAT, start, value);
      }
    },

    F16 {
      @Override
      public void decode(MemorySegment source, long start, float[] target, int at) {
        target[at] = Float.float16ToFloat(source.get(SHORT, start));
      }

      @Override
      void encode(float value, MemorySegment target, long start) {
        target.set(SHORT, start, Float.floatToFloat16(value));
      }
    },

    /// The upper half of a float32.
    BF16 {
      @Override
      public void decode(MemorySegment source, long start, float[] target, int at) {
        target[at] = Float.intBitsToFloat(source.get(SHORT, start) << 16);
      }

      @Override
      void encode(float value, MemorySegment target, long start) {
        int bits = Float.floatToRawIntBits(value);
        // To nearest, ties to even; a NaN must not become an infinity.
        int rounded =
            Float.isNaN(value) ? bits >>> 16 | 64 : (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
        target.set(SHORT, start, (short) rounded);
      }
    };

    abstract void encode(float value, MemorySegment target, long start);
  }

  /// A block of integers with shared scales. Value `i`, in sub-block `j`, is
  ///
  /// ```
  /// d * scale[j] * (code[i] - zero) - dmin * minimum[j]
  /// ```
  ///
  /// @param length values
  /// @param subBlock values that share a scale
  /// @param zero the code that stands for zero, where there are no minima
  /// @param scaleAt byte of `d`, a float16
  /// @param minimumAt byte of `dmin`, a float16; -1 where there are no minima
  /// @param scales how sub-blocks' scales are kept
  /// @param scalesAt byte where they start
  /// @param planes the bits of the codes, lowest first
  record Quantised(
      int length,
      int subBlock,
      int zero,
      int scaleAt,
      int minimumAt,
      ScalePacking scales,
      int scalesAt,
      List<Plane> planes)
      implements BlockLayout {

    static final Quantised Q4_0 = small(8, -1, new Plane(2, 4, 16));
    static final Quantised Q4_1 = small(0, 2, new Plane(4, 4, 16));
    static final Quantised Q5_0 = small(16, -1, new Plane(6, 4, 16), new Plane(2, 1, 1));
    static final Quantised Q5_1 = small(0, 2, new Plane(8, 4, 16), new Plane(4, 1, 1));
    static final Quantised Q8_0 = small(0, -1, new Plane(2, 8, 32));
    static final Quantised Q2_K =
        large(16, 0, 80, 82, ScalePacking.NIBBLES, 0, new Plane(16, 2, 32));
    static final Quantised Q3_K =
        large(16, 4, 108, -1, ScalePacking.SIX_BITS, 96, new Plane(32, 2, 32), new Plane(0, 1, 32));
    static final Quantised Q4_K =
        large(32, 0, 0, 2, ScalePacking.SIX_BIT_PAIRS, 4, new Plane(16, 4, 32));
    static final Quantised Q5_K =
        large(
            32, 0, 0, 2, ScalePacking.SIX_BIT_PAIRS, 4, new Plane(48, 4, 32), new Plane(16, 1, 32));
    static final Quantised Q6_K =
        large(16, 32, 208, -1, ScalePacking.BYTES, 192, new Plane(0, 4, 64), new Plane(128, 2, 32));

    private static Quantised small(int zero, int minimumAt, Plane... planes) {
      return new Quantised(32, 32, zero, 0, minimumAt, ScalePacking.NONE, 0, List.of(planes));
    }

    private static Quantised large(
        int subBlock,
        int zero,
        int scaleAt,
        int minimumAt,
        ScalePacking scales,
        int scalesAt,
        Plane... planes) {
      return new Quantised(
          256, subBlock, zero, scaleAt, minimumAt, scales, scalesAt, List.of(planes));
    }

    boolean hasMinima() {
      return minimumAt >= 0;
    }

    /// Returns the bits of a code.
    int bits() {
      return planes.stream().mapToInt(Plane::bits).sum();
    }

    @Override
    public void decode(MemorySegment source, long start, float[] target, int at) {
      Arrays.fill(target, at, at + length, -zero);
      int weight = 1;
      for (int p = 0; p < planes.size(); p++) {
        planes.get(p).addTo(target, at, length, source, start, weight);
        weight <<= planes.get(p).bits();
      }
      float d = half(source, start + scaleAt);
      float dmin = hasMinima() ? half(source, start + minimumAt) : 0;
      for (int j = 0; j < length / subBlock; j++) {
        float scale = d * scales.scale(source, start + scalesAt, j);
        // Without minima this subtracts +0, which changes no value, not even -0.
        float minimum = hasMinima() ? dmin * scales.minimum(source, start + scalesAt, j) : 0;
        for (int i = at + j * subBlock; i < at + (j + 1) * subBlock; i++) {
          target[i] = scale * target[i] - minimum;
        }
      }
    }

    /// Stores a block.
    ///
    /// @param codes `length`, zero included: 0 to `2^bits - 1`
    /// @param subScales one a sub-block
    /// @param subMinima one a sub-block; ignored where there are none
    void encode(
        short d,
        short dmin,
        int[] subScales,
        int[] subMinima,
        int[] codes,
        MemorySegment target,
        long start) {
      target.set(SHORT, start + scaleAt, d);
      if (hasMinima()) target.set(SHORT, start + minimumAt, dmin);
      scales.store(subScales, subMinima, target, start + scalesAt);
      int from = 0;
      for (Plane plane : planes) {
        plane.store(codes, target, start, from);
        from += plane.bits();
      }
    }

    private static float half(MemorySegment source, long at) {
      return Float.float16ToFloat(source.get(SHORT, at));
    }
  }
}
