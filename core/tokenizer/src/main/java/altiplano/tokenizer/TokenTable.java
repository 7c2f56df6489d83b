package altiplano.tokenizer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// From the bytes of a token to its id: open addressing over spans of arrays, so that a lookup
/// makes no object.
final class TokenTable {
  static final int NONE = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final byte[][] tokens;
  // The upper half of a slot holds the upper half of the hash, the lower one the id plus 1.
  private final long[] slots;
  private final int mask;

  /// @param tokens by id; an empty one cannot be found, of two alike the first is
  TokenTable(byte[][] tokens) {
    this.tokens = tokens;
    slots = new long[capacity(tokens.length)];
    mask = slots.length - 1;
    for (int id = 0; id < tokens.length; id++) {
      byte[] token = tokens[id];
      if (token.length == 0 || find(token, 0, token.length) != NONE) continue;
      long hash = hash(token, 0, token.length);
      int at = (int) hash & mask;
      while (slots[at] != 0) at = (at + 1) & mask;
      slots[at] = (hash & 0xFFFFFFFF_00000000L) | (id + 1);
    }
  }

  /// Returns the id of the token with the bytes `from` to `to`, or [#NONE].
  int find(byte[] bytes, int from, int to) {
    long hash = hash(bytes, from, to);
    for (int at = (int) hash & mask; slots[at] != 0; at = (at + 1) & mask) {
      if (slots[at] >>> 32 == hash >>> 32) {
        byte[] token = tokens[(int) slots[at] - 1];
        if (Arrays.equals(token, 0, token.length, bytes, from, to)) return (int) slots[at] - 1;
      }
    }
    return NONE;
  }

  /// Returns a power of two of which `entries` fill a third to two thirds.
  static int capacity(int entries) {
    return Integer.highestOneBit(Math.max(8, entries + entries / 2)) * 2;
  }

  static long hash(byte[] bytes, int from, int to) {
    long hash = (long) to - from;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) hash = mix(hash, (long) LONG.get(bytes, at));
    return at < to ? mix(hash, tail(bytes, at, to)) : hash;
  }

  /// Up to seven bytes as one number.
  private static long tail(byte[] bytes, int from, int to) {
    if (from + Long.BYTES <= bytes.length) {
      return (long) LONG.get(bytes, from) & (-1L >>> (Long.SIZE - Byte.SIZE * (to - from)));
    }
    long tail = 0;
    for (int at = to; --at >= from; ) tail = tail << Byte.SIZE | (bytes[at] & 0xFF);
    return tail;
  }

  private static long mix(long hash, long word) {
    long product = (hash ^ word) * MIX;
    return product ^ (product >>> 32);
  }
}
