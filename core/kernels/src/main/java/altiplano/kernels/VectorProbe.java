package altiplano.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The limits as the widest lanes reach them.
final class VectorProbe implements LimitProbe {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final int STEP = LONGS.vectorByteSize();
  private static final int ROUNDS = 1 << 24;

  /// Keeps results alive, so that the compiler cannot leave the work out.
  @SuppressWarnings("UnusedVariable") // written for that alone
  private static volatile long sink;

  /// Four streams a quarter of the memory apart: one alone was overtaken by the kernels it limits.
  @Override
  public long read(MemorySegment memory) {
    int steps = Math.toIntExact(memory.byteSize() / 4 / STEP);
    long quarter = (long) steps * STEP;
    var a = LongVector.zero(LONGS);
    var b = a;
    var c = a;
    var d = a;
    for (int i = 0; i < steps; i++) {
      long at = (long) i * STEP;
      a = a.add(LongVector.fromMemorySegment(LONGS, memory, at, LITTLE_ENDIAN));
      b = b.add(LongVector.fromMemorySegment(LONGS, memory, quarter + at, LITTLE_ENDIAN));
      c = c.add(LongVector.fromMemorySegment(LONGS, memory, 2 * quarter + at, LITTLE_ENDIAN));
      d = d.add(LongVector.fromMemorySegment(LONGS, memory, 3 * quarter + at, LITTLE_ENDIAN));
    }
    sink = a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    return 4 * quarter;
  }

  @Override
  public long multiplyAdd() {
    var x = FloatVector.broadcast(FLOATS, 0.999f);
    var y = FloatVector.broadcast(FLOATS, 0.001f);
    // Twelve chains that do not wait for one another: two units, each four to five cycles deep.
    // With the two constants they fit the 16 registers of AVX2.
    var a = y;
    var b = y;
    var c = y;
    var d = y;
    var e = y;
    var f = y;
    var g = y;
    var h = y;
    var i = y;
    var j = y;
    var k = y;
    var l = y;
    for (int round = 0; round < ROUNDS; round++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
    }
    var sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    sink = (long) sum.reduceLanes(VectorOperators.ADD);
    return 12L * 2 * FLOATS.length() * ROUNDS;
  }
}
