package altiplano.tensor;

import altiplano.tensor.BlockLayout.Quantised;
import java.lang.foreign.MemorySegment;

/// The plain encoding of the types with blocks of 32, byte for byte that of ggml's reference
/// quantisers: the scale from the largest value, or from the range, and codes rounded to it.
final class ReferenceEncoder {
  private static final int[] NONE = {0};

  private ReferenceEncoder() {}

  /// Encodes one block.
  static void encode(Quantised layout, float[] source, int at, MemorySegment target, long start) {
    int length = layout.length();
    var codes = new int[length];
    int bits = layout.bits();
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    float largest = 0;
    for (int i = at; i < at + length; i++) {
      least = Math.min(least, source[i]);
      most = Math.max(most, source[i]);
      if (Math.abs(source[i]) > Math.abs(largest)) largest = source[i];
    }
    float scale;
    if (layout.hasMinima()) {
      scale = (most - least) / ((1 << bits) - 1);
    } else {
      scale = bits == 8 ? Math.abs(largest) / 127 : largest / -layout.zero();
    }
    float inverse = scale == 0 ? 0 : 1 / scale;
    for (int i = 0; i < length; i++) {
      float x = source[at + i];
      if (bits == 8) {
        codes[i] = awayFromZero(x * inverse);
      } else {
        float code = layout.hasMinima() ? (x - least) * inverse : x * inverse + layout.zero();
        codes[i] = Math.min((int) (code + 0.5f), (1 << bits) - 1);
      }
    }
    layout.encode(
        Float.floatToFloat16(scale), Float.floatToFloat16(least), NONE, NONE, codes, target, start);
  }

  /// Rounds as C's `roundf`: halves away from zero.
  private static int awayFromZero(float value) {
    float whole = (int) value;
    return (int) (Math.abs(value - whole) >= 0.5f ? whole + Math.signum(value) : whole);
  }
}
