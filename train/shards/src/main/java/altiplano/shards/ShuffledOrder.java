package altiplano.shards;

import java.util.Objects;

/// A seeded permutation of `0 … size-1` that computes each element alone, in constant time and
/// without a table.
///
/// A Feistel network over the next even power of two; results outside the range are fed back until
/// one lies inside (cycle walking; Black and Rogaway 2002, "Ciphers with Arbitrary Finite
/// Domains"), less than four rounds on average.
///
/// @param size number of elements
/// @param seed another seed is another order
public record ShuffledOrder(long size, long seed) {
  private static final int ROUNDS = 6;

  public ShuffledOrder {
    if (size < 1) throw new IllegalArgumentException("size must be at least 1, was " + size);
  }

  /// Returns the element at a position.
  ///
  /// @throws IndexOutOfBoundsException if `position` is not below the size
  public long at(long position) {
    long x = Objects.checkIndex(position, size);
    int halfBits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(size - 1) + 1) / 2);
    long mask = (1L << halfBits) - 1;
    do {
      long left = x >>> halfBits;
      long right = x & mask;
      for (int round = 0; round < ROUNDS; round++) {
        long next = left ^ (mix(right + seed + round * 0x9E3779B97F4A7C15L) & mask);
        left = right;
        right = next;
      }
      x = left << halfBits | right;
    } while (x >= size);
    return x;
  }

  /// The finaliser of SplitMix64.
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
