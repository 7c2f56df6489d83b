package altiplano.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The vector shapes of this processor: 128, 256 or 512 bits.
///
/// They are constants because the compiler turns Vector API calls into instructions only where it
/// knows the shape. Two more rules of that compiler shape the code of this engine: a method of more
/// than about 40 vector operations stops inlining our own small methods (and then allocates each
/// vector), so hot loops spell their operations out; and bounds checks leave a loop only where each
/// offset is a constant times the loop's `int` counter plus what does not change in it.
final class Lanes {
  static final ByteOrder LITTLE_ENDIAN = ByteOrder.LITTLE_ENDIAN;

  static final VectorSpecies<Float> FLOATS = widest();

  /// Floats in a vector: 4, 8 or 16.
  static final int COUNT = FLOATS.length();

  static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);

  /// As many bits as [#FLOATS], so twice as many lanes.
  static final VectorSpecies<Short> SHORTS = FLOATS.withLanes(short.class);

  /// As many lanes as [#FLOATS].
  static final VectorSpecies<Short> HALF_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(COUNT * Short.SIZE));

  /// As many lanes as [#FLOATS], but no fewer than the API's smallest shape holds: 8.
  static final VectorSpecies<Byte> QUARTER_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, COUNT * Byte.SIZE)));

  /// As many bytes as [#FLOATS] has lanes, read as floats.
  static final VectorSpecies<Float> QUARTER_FLOATS = QUARTER_BYTES.withLanes(float.class);

  static final VectorOperators.Conversion<Short, Integer> S2I =
      VectorOperators.Conversion.ofCast(short.class, int.class);
  static final VectorOperators.Conversion<Byte, Integer> B2I =
      VectorOperators.Conversion.ofCast(byte.class, int.class);

  /// Without the sign.
  static final VectorOperators.Conversion<Byte, Integer> UB2I = VectorOperators.ZERO_EXTEND_B2I;

  static final VectorOperators.Conversion<Integer, Short> I2S =
      VectorOperators.Conversion.ofCast(int.class, short.class);

  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final IntVector BYTE_SHIFTS =
      IntVector.broadcast(INTS, 24).sub(IntVector.zero(INTS).addIndex(8));

  private Lanes() {}

  private static VectorSpecies<Float> widest() {
    var preferred = FloatVector.SPECIES_PREFERRED;
    return preferred.length() >= 4 && preferred.length() <= 16
        ? preferred
        : preferred.length() < 4 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_512;
  }

  /// What is left of a float16, its sign extended and shifted by 13, that is a float32: sign,
  /// exponent and fraction in their places. The value is too small by 2^112, the difference of the
  /// exponents' biases; a product sets it right, which makes subnormals right too.
  static final int FLOAT16_BITS = 0x8fffffff;

  /// Half of that product, 2^56, for the inputs, and half for the sum: all of it at once would
  /// leave the range of float32.
  static final float FLOAT16_SCALE = 0x1p56f;

  /// Loads [#COUNT] float16 values as float32. Infinities and NaN, which no weight is, come out as
  /// large numbers.
  static FloatVector fromFloat16(MemorySegment x, long at) {
    var bits = ShortVector.fromMemorySegment(HALF_SHORTS, x, at, LITTLE_ENDIAN);
    var wide = (IntVector) bits.convertShape(S2I, INTS, 0);
    return wide.lanewise(VectorOperators.LSHL, 13)
        .and(FLOAT16_BITS)
        .reinterpretAsFloats()
        .mul(0x1p112f);
  }

  /// Adds up the [#COUNT] values of a vector that was stored in `x`. The API's own sum adds in an
  /// order that changes when the code is compiled: the same call would give other bits later on.
  static float sum(float[] x, int at) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = at; i < at + COUNT; i += 4) {
      a += x[i];
      b += x[i + 1];
      c += x[i + 2];
      d += x[i + 3];
    }
    return (a + b) + (c + d);
  }

  /// Returns `e^x`, relative error below 2.5e-7 for `x` in -87 .. 88; beyond, the value at the
  /// nearer end.
  ///
  /// `x = n ln 2 + r` with `|r| <= ln 2 / 2`; a polynomial of degree 6 in `r` (the Taylor series:
  /// its remainder is under 1.2e-7), and `n` added to the exponent.
  static FloatVector exp(FloatVector x) {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    float magic = 0x1.8p23f;
    var clamped = x.max(-87f).min(88f);
    var shifted = clamped.mul(1.442695f).add(magic);
    var n = shifted.sub(magic);
    var r = n.fma(FloatVector.broadcast(FLOATS, -0x1.62e4p-1f), clamped);
    r = n.fma(FloatVector.broadcast(FLOATS, -0x1.7f7d1cp-20f), r);
    var p = FloatVector.broadcast(FLOATS, 1f / 720);
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 120));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 24));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 6));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
    p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
    var exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
  }

  /// Returns [#COUNT] bytes as ints.
  static IntVector bytes(MemorySegment x, long at) {
    if (COUNT >= 8) {
      return (IntVector)
          ByteVector.fromMemorySegment(QUARTER_BYTES, x, at, LITTLE_ENDIAN)
              .convertShape(B2I, INTS, 0);
    }
    // Four bytes are less than the smallest vector: each lane takes its own out of one int.
    var word = IntVector.broadcast(INTS, x.get(INT, at));
    return word.lanewise(VectorOperators.LSHL, BYTE_SHIFTS).lanewise(VectorOperators.ASHR, 24);
  }
}
