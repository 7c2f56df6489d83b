package altiplano.kernels;

import static altiplano.kernels.Lanes.COUNT;
import static altiplano.kernels.Lanes.FLOATS;
import static altiplano.kernels.Lanes.HALF_SHORTS;
import static altiplano.kernels.Lanes.INTS;
import static altiplano.kernels.Lanes.LITTLE_ENDIAN;
import static altiplano.kernels.Lanes.S2I;
import static altiplano.kernels.Lanes.SHORTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/// Q4_0 weights, repacked so that the lanes of a vector hold different rows: no sum runs across
/// lanes, and one vector of scales serves a group of rows.
///
/// A group is two vectors' rows, `R = 2 * COUNT`. For each block of 32 columns it holds R float16
/// scales and then eight vectors of R shorts, each with four columns of every row, the first in the
/// lowest bits, as signed 4-bit integers. Short lane `2i` is row `i` and lane `2i + 1` is row
/// `COUNT + i`: read as ints, the low halves are one vector's rows and the high halves the other's.
/// The size is the file's.
///
/// With inputs of 8 bits the products are summed in the short lanes: 32 products of at most 8 * 127
/// fit.
final class Q4Weights extends Weights {
  private static final VarHandle INT_OF_BYTES =
      MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);
  private static final VarHandle SHORT_OF_BYTES =
      MethodHandles.byteArrayViewVarHandle(short[].class, LITTLE_ENDIAN);
  private static final BlockDecoder DECODER = BlockDecoder.of(ElementType.Q4_0);
  private static final int BLOCK = 32;
  private static final int BLOCK_BYTES = 18;

  /// Rows in a group.
  static final int GROUP = 2 * COUNT;

  private static final long VECTOR_BYTES = (long) GROUP * Short.BYTES;

  /// Bytes of one block of a group: a vector of scales, then eight of weights.
  private static final long GROUP_BLOCK_BYTES = 9 * VECTOR_BYTES;

  private final MemorySegment packed;
  private final boolean rounded;

  /// @param packed [#packedBytes] bytes, which [#repack] fills
  /// @param rounded whether inputs come in 8 bits
  Q4Weights(Tensor tensor, MemorySegment packed, boolean rounded) {
    super(tensor);
    this.packed = packed;
    this.rounded = rounded;
  }

  /// Returns the bytes of the repacked matrix: the file's, the last group filled up.
  static long packedBytes(Tensor tensor) {
    long groups = (tensor.shape().rows() + GROUP - 1) / GROUP;
    return Math.multiplyExact(groups * GROUP, tensor.rowBytes());
  }

  @Override
  public long copiedBytes() {
    return packed.byteSize();
  }

  int groups() {
    return (rows + GROUP - 1) / GROUP;
  }

  @Override
  int rowsTogether() {
    return GROUP;
  }

  /// Fills in the groups `from .. to`.
  void repack(int from, int to) {
    var source = new byte[Math.toIntExact(GROUP * rowBytes)];
    var target = new short[9 * GROUP];
    for (int group = from; group < to; group++) {
      int here = Math.min(GROUP, rows - group * GROUP);
      long start = (long) group * GROUP * rowBytes;
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, start, source, 0, (int) (here * rowBytes));
      for (int b = 0; b < columns / BLOCK; b++) {
        for (int row = 0; row < here; row++) {
          repackBlock(source, (int) (row * rowBytes) + b * BLOCK_BYTES, row, target);
        }
        long at = start + b * GROUP_BLOCK_BYTES;
        MemorySegment.copy(target, 0, packed, SHORT, at, target.length);
      }
    }
  }

  /// Byte `i` of a block holds columns `i` and `16 + i`, each plus 8: the top bit, turned over, is
  /// the sign.
  private static void repackBlock(byte[] source, int at, int row, short[] target) {
    int lane = row < COUNT ? 2 * row : 2 * (row - COUNT) + 1;
    target[row] = (short) SHORT_OF_BYTES.get(source, at);
    for (int j = 0; j < 4; j++) {
      int bytes = (int) INT_OF_BYTES.get(source, at + 2 + 4 * j) ^ 0x88888888;
      target[(1 + j) * GROUP + lane] = lowNibbles(bytes);
      target[(5 + j) * GROUP + lane] = lowNibbles(bytes >>> 4);
    }
  }

  /// Returns the low nibbles of four bytes side by side.
  private static short lowNibbles(int bytes) {
    int pairs = bytes & 0x0f0f0f0f;
    pairs |= pairs >>> 4;
    return (short) ((pairs & 0xff) | ((pairs >>> 8) & 0xff00));
  }

  @Override
  void dot(Inputs inputs, int input, MemorySegment y, long yAt, int from, int to, float[] scratch) {
    for (int first = from; first < to; first += GROUP) {
      long start = first * rowBytes;
      if (rounded) dotRounded(inputs, input, start, scratch);
      else dotExact(inputs.values(), input * columns, start, scratch);
      int here = Math.min(GROUP, rows - first);
      MemorySegment.copy(scratch, 0, y, FLOAT, (yAt + first) * Float.BYTES, here);
    }
  }

  private void dotRounded(Inputs inputs, int input, long start, float[] target) {
    short[] x = inputs.integers();
    float[] scales = inputs.scales();
    int blocks = columns / BLOCK;
    int xBlock = input * blocks;
    var low = FloatVector.zero(FLOATS);
    var high = FloatVector.zero(FLOATS);
    for (int b = 0; b < blocks; b++) {
      long at = start + b * GROUP_BLOCK_BYTES;
      var sum0 = ShortVector.zero(SHORTS);
      var sum1 = ShortVector.zero(SHORTS);
      for (int j = 0; j < 8; j++) {
        long vector = at + VECTOR_BYTES + j * VECTOR_BYTES;
        var four = ShortVector.fromMemorySegment(SHORTS, packed, vector, LITTLE_ENDIAN);
        int c = (xBlock + b) * BLOCK + 4 * j;
        sum0 = four.lanewise(LSHL, 12).lanewise(ASHR, 12).mul(x[c]).add(sum0);
        sum1 = four.lanewise(LSHL, 8).lanewise(ASHR, 12).mul(x[c + 1]).add(sum1);
        sum0 = four.lanewise(LSHL, 4).lanewise(ASHR, 12).mul(x[c + 2]).add(sum0);
        sum1 = four.lanewise(ASHR, 12).mul(x[c + 3]).add(sum1);
      }
      var sums = sum0.add(sum1).reinterpretAsInts();
      var xScale = FloatVector.broadcast(FLOATS, scales[xBlock + b]);
      var lowBits =
          (IntVector)
              ShortVector.fromMemorySegment(HALF_SHORTS, packed, at, LITTLE_ENDIAN)
                  .convertShape(S2I, INTS, 0);
      var lowScales =
          lowBits
              .lanewise(LSHL, 17)
              .lanewise(LSHR, 4)
              .or(lowBits.and(0x80000000))
              .reinterpretAsFloats()
              .mul(0x1p112f);
      low =
          lowScales
              .mul(xScale)
              .fma((FloatVector) sums.lanewise(LSHL, 16).lanewise(ASHR, 16).convert(I2F, 0), low);
      var highBits =
          (IntVector)
              ShortVector.fromMemorySegment(
                      HALF_SHORTS, packed, at + VECTOR_BYTES / 2, LITTLE_ENDIAN)
                  .convertShape(S2I, INTS, 0);
      var highScales =
          highBits
              .lanewise(LSHL, 17)
              .lanewise(LSHR, 4)
              .or(highBits.and(0x80000000))
              .reinterpretAsFloats()
              .mul(0x1p112f);
      high =
          highScales.mul(xScale).fma((FloatVector) sums.lanewise(ASHR, 16).convert(I2F, 0), high);
    }
    low.intoArray(target, 0);
    high.intoArray(target, COUNT);
  }

  private void dotExact(float[] x, int xAt, long start, float[] target) {
    var low = FloatVector.zero(FLOATS);
    var high = FloatVector.zero(FLOATS);
    for (int b = 0; b < columns / BLOCK; b++) {
      long at = start + b * GROUP_BLOCK_BYTES;
      var low0 = FloatVector.zero(FLOATS);
      var low1 = FloatVector.zero(FLOATS);
      var high0 = FloatVector.zero(FLOATS);
      var high1 = FloatVector.zero(FLOATS);
      for (int j = 0; j < 8; j++) {
        long vector = at + VECTOR_BYTES + j * VECTOR_BYTES;
        var eight = IntVector.fromMemorySegment(INTS, packed, vector, LITTLE_ENDIAN);
        int c = xAt + b * BLOCK + 4 * j;
        var x0 = FloatVector.broadcast(FLOATS, x[c]);
        low0 =
            ((FloatVector) eight.lanewise(LSHL, 28).lanewise(ASHR, 28).convert(I2F, 0))
                .fma(x0, low0);
        high0 =
            ((FloatVector) eight.lanewise(LSHL, 12).lanewise(ASHR, 28).convert(I2F, 0))
                .fma(x0, high0);
        var x1 = FloatVector.broadcast(FLOATS, x[c + 1]);
        low1 =
            ((FloatVector) eight.lanewise(LSHL, 24).lanewise(ASHR, 28).convert(I2F, 0))
                .fma(x1, low1);
        high1 =
            ((FloatVector) eight.lanewise(LSHL, 8).lanewise(ASHR, 28).convert(I2F, 0))
                .fma(x1, high1);
        var x2 = FloatVector.broadcast(FLOATS, x[c + 2]);
        low0 =
            ((FloatVector) eight.lanewise(LSHL, 20).lanewise(ASHR, 28).convert(I2F, 0))
                .fma(x2, low0);
        high0 =
            ((FloatVector) eight.lanewise(LSHL, 4).lanewise(ASHR, 28).convert(I2F, 0))
                .fma(x2, high0);
        var x3 = FloatVector.broadcast(FLOATS, x[c + 3]);
        low1 =
            ((FloatVector) eight.lanewise(LSHL, 16).lanewise(ASHR, 28).convert(I2F, 0))
                .fma(x3, low1);
        high1 = ((FloatVector) eight.lanewise(ASHR, 28).convert(I2F, 0)).fma(x3, high1);
      }
      var lowBits =
          (IntVector)
              ShortVector.fromMemorySegment(HALF_SHORTS, packed, at, LITTLE_ENDIAN)
                  .convertShape(S2I, INTS, 0);
      var lowScales =
          lowBits
              .lanewise(LSHL, 17)
              .lanewise(LSHR, 4)
              .or(lowBits.and(0x80000000))
              .reinterpretAsFloats()
              .mul(0x1p112f);
      low = lowScales.fma(low0.add(low1), low);
      var highBits =
          (IntVector)
              ShortVector.fromMemorySegment(
                      HALF_SHORTS, packed, at + VECTOR_BYTES / 2, LITTLE_ENDIAN)
                  .convertShape(S2I, INTS, 0);
      var highScales =
          highBits
              .lanewise(LSHL, 17)
              .lanewise(LSHR, 4)
              .or(highBits.and(0x80000000))
              .reinterpretAsFloats()
              .mul(0x1p112f);
      high = highScales.fma(high0.add(high1), high);
    }
    low.intoArray(target, 0);
    high.intoArray(target, COUNT);
  }

  /// Reads the file's own blocks: prompts decode a row at a time.
  @Override
  void decode(int row, int from, int count, float[] target, int to) {
    long at = row * rowBytes + (long) (from / BLOCK) * BLOCK_BYTES;
    DECODER.decode(data, at, target, to, count);
  }
}
