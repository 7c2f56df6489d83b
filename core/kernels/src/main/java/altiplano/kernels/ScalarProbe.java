package altiplano.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The limits as plain loops reach them; the compiler may use wide lanes or not.
final class ScalarProbe implements LimitProbe {
  private static final int ROUNDS = 1 << 24;

  /// Keeps results alive, so that the compiler cannot leave the work out.
  @SuppressWarnings("UnusedVariable") // written for that alone
  private static volatile long sink;

  @Override
  public long read(MemorySegment memory) {
    long sum = 0;
    for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
      sum += memory.get(ValueLayout.JAVA_LONG, at);
    }
    sink = sum;
    return memory.byteSize();
  }

  @Override
  public long multiplyAdd() {
    float x = 0.999f;
    float y = 0.001f;
    float a = y;
    float b = y;
    float c = y;
    float d = y;
    float e = y;
    float f = y;
    float g = y;
    float h = y;
    for (int round = 0; round < ROUNDS; round++) {
      a = Math.fma(a, x, y);
      b = Math.fma(b, x, y);
      c = Math.fma(c, x, y);
      d = Math.fma(d, x, y);
      e = Math.fma(e, x, y);
      f = Math.fma(f, x, y);
      g = Math.fma(g, x, y);
      h = Math.fma(h, x, y);
    }
    sink = (long) (a + b + c + d + e + f + g + h);
    return 8L * 2 * ROUNDS;
  }
}
