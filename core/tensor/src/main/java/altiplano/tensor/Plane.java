package altiplano.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Where a block keeps some bits of each of its values.
///
/// `run` bytes hold the first `run` values in their lowest bits, the next `run` values in the bits
/// above, and so on; after `run * 8 / bits` values the next `run` bytes follow. Every ggml type is
/// made of such planes: Q4_0's nibbles have a run of 16, Q5_0's fifth bits a run of 1.
///
/// @param offset bytes from the start of the block
/// @param bits 1, 2, 4 or 8 a value; 8 are a signed byte
/// @param run bytes
record Plane(int offset, int bits, int run) {
  /// Adds `weight` times each value's bits to `target`.
  void addTo(float[] target, int at, int count, MemorySegment block, long start, int weight) {
    int mask = (1 << bits) - 1;
    int sign = bits == 8 ? 24 : 0;
    long bytes = start + offset;
    for (int i = at; i < at + count; bytes += run) {
      for (int shift = 0; shift < 8; shift += bits, i += run) {
        for (int k = 0; k < run; k++) {
          int value = block.get(JAVA_BYTE, bytes + k) >>> shift & mask;
          target[i + k] += (value << sign >> sign) * weight;
        }
      }
    }
  }

  /// Stores bits `from` and above of each of `codes`.
  void store(int[] codes, MemorySegment block, long start, int from) {
    int mask = (1 << bits) - 1;
    long bytes = start + offset;
    for (int i = 0; i < codes.length; i += run * 8 / bits, bytes += run) {
      for (int k = 0; k < run; k++) {
        int packed = 0;
        for (int shift = 0, value = i + k; shift < 8; shift += bits, value += run) {
          packed |= (codes[value] >>> from & mask) << shift;
        }
        block.set(JAVA_BYTE, bytes + k, (byte) packed);
      }
    }
  }
}
