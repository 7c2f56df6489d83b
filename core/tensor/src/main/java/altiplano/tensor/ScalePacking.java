package altiplano.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// How a block keeps the small integers that scale its sub-blocks.
///
/// A sub-block's values are `scale * d * code - minimum * dmin`.
enum ScalePacking {
  /// No sub-blocks: the block's own scale, and its minimum added, stand for all values.
  NONE(1, 1) {
    @Override
    int scale(MemorySegment block, long at, int j) {
      return 1;
    }

    @Override
    int minimum(MemorySegment block, long at, int j) {
      return -1;
    }

    @Override
    void store(int[] scales, int[] minima, MemorySegment block, long at) {}
  },

  /// Q2_K: a byte a sub-block, scale in the low and minimum in the high nibble.
  NIBBLES(0, 15) {
    @Override
    int scale(MemorySegment block, long at, int j) {
      return block.get(JAVA_BYTE, at + j) & 15;
    }

    @Override
    int minimum(MemorySegment block, long at, int j) {
      return block.get(JAVA_BYTE, at + j) >>> 4 & 15;
    }

    @Override
    void store(int[] scales, int[] minima, MemorySegment block, long at) {
      for (int j = 0; j < scales.length; j++) {
        block.set(JAVA_BYTE, at + j, (byte) (scales[j] | minima[j] << 4));
      }
    }
  },

  /// Q3_K: 16 scales of six bits in 12 bytes; 32 stands for zero. Low nibbles of scales 0 to 7 and
  /// 8 to 15 share eight bytes, the upper two bits of scales `k`, `k + 4`, `k + 8` and `k + 12`
  /// share byte `8 + k`.
  SIX_BITS(-32, 31) {
    @Override
    int scale(MemorySegment block, long at, int j) {
      int low = block.get(JAVA_BYTE, at + j % 8) >>> (j / 8 * 4) & 15;
      int high = block.get(JAVA_BYTE, at + 8 + j % 4) >>> (j / 4 * 2) & 3;
      return (low | high << 4) - 32;
    }

    @Override
    int minimum(MemorySegment block, long at, int j) {
      return 0;
    }

    @Override
    void store(int[] scales, int[] minima, MemorySegment block, long at) {
      for (int k = 0; k < 8; k++) {
        int packed = ((scales[k] + 32) & 15) | ((scales[k + 8] + 32) & 15) << 4;
        block.set(JAVA_BYTE, at + k, (byte) packed);
      }
      for (int k = 0; k < 4; k++) {
        int packed = 0;
        for (int j = k; j < 16; j += 4) packed |= ((scales[j] + 32) >> 4) << (j / 4 * 2);
        block.set(JAVA_BYTE, at + 8 + k, (byte) packed);
      }
    }
  },

  /// Q4_K and Q5_K: eight scales and eight minima of six bits in 12 bytes. Bytes 0 to 3 and 4 to 7
  /// hold scales and minima 0 to 3 in their low six bits; bytes 8 to 11 the low nibbles of scales
  /// and minima 4 to 7, whose upper two bits are the top bits of bytes 0 to 3 and 4 to 7.
  SIX_BIT_PAIRS(0, 63) {
    @Override
    int scale(MemorySegment block, long at, int j) {
      return j < 4
          ? block.get(JAVA_BYTE, at + j) & 63
          : (block.get(JAVA_BYTE, at + j + 4) & 15)
              | (block.get(JAVA_BYTE, at + j - 4) >>> 6 & 3) << 4;
    }

    @Override
    int minimum(MemorySegment block, long at, int j) {
      return j < 4
          ? block.get(JAVA_BYTE, at + j + 4) & 63
          : (block.get(JAVA_BYTE, at + j + 4) >>> 4 & 15)
              | (block.get(JAVA_BYTE, at + j) >>> 6 & 3) << 4;
    }

    @Override
    void store(int[] scales, int[] minima, MemorySegment block, long at) {
      for (int k = 0; k < 4; k++) {
        block.set(JAVA_BYTE, at + k, (byte) (scales[k] | (scales[k + 4] >> 4) << 6));
        block.set(JAVA_BYTE, at + 4 + k, (byte) (minima[k] | (minima[k + 4] >> 4) << 6));
        block.set(JAVA_BYTE, at + 8 + k, (byte) ((scales[k + 4] & 15) | (minima[k + 4] & 15) << 4));
      }
    }
  },

  /// Q6_K: a signed byte a sub-block.
  BYTES(-128, 127) {
    @Override
    int scale(MemorySegment block, long at, int j) {
      return block.get(JAVA_BYTE, at + j);
    }

    @Override
    int minimum(MemorySegment block, long at, int j) {
      return 0;
    }

    @Override
    void store(int[] scales, int[] minima, MemorySegment block, long at) {
      for (int j = 0; j < scales.length; j++) block.set(JAVA_BYTE, at + j, (byte) scales[j]);
    }
  };

  private final int least;
  private final int most;

  ScalePacking(int least, int most) {
    this.least = least;
    this.most = most;
  }

  /// Returns the smallest scale that can be kept.
  int least() {
    return least;
  }

  /// Returns the largest scale (and minimum) that can be kept.
  int most() {
    return most;
  }

  /// Returns the scale of sub-block `j`.
  ///
  /// @param at where the packed scales start, bytes into `block`
  abstract int scale(MemorySegment block, long at, int j);

  /// Returns the minimum of sub-block `j`.
  abstract int minimum(MemorySegment block, long at, int j);

  abstract void store(int[] scales, int[] minima, MemorySegment block, long at);
}
