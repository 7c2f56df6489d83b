package altiplano.bench;

import altiplano.kernels.KernelOptions;
import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import altiplano.kernels.Kernels;
import altiplano.kernels.MachineLimits;
import altiplano.kernels.Matrix;
import altiplano.tensor.ElementType;
import altiplano.tensor.Shape;
import altiplano.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The products of one layer of the 1B shape (width 2048, feed-forward 8192, 32 query and 8
/// key-value heads of 64), several copies in turn so that no weight is still in the cache.
///
/// Beside each score stands what the machine can do: `gigabytes` a second against its read
/// bandwidth for one row, `gigaflops` against its float32 peak for many. The limits are measured
/// before and after each run and printed.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Thread)
public class KernelBenchmark {
  private static final int[][] SHAPES = {
    {2048, 2048}, {512, 2048}, {512, 2048}, {2048, 2048}, {8192, 2048}, {8192, 2048}, {2048, 8192}
  };
  private static final int WIDEST = 8192;
  private static final long LEAST_BYTES = 256L << 20;

  @Param({"VECTOR", "SCALAR"})
  Engine engine = Engine.VECTOR;

  @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
  ElementType type = ElementType.F16;

  /// Input rows: 1 is a step of generation, 512 a prompt.
  @Param({"1", "4", "512"})
  int rows = 1;

  @Param("2")
  int threads = 2;

  @Param("AUTO")
  Activations activations = Activations.AUTO;

  private final Arena arena = Arena.ofShared();
  private Kernels kernels = Kernels.open(KernelOptions.DEFAULT);
  private Matrix[][] layers = {};
  private MemorySegment x = MemorySegment.NULL;
  private MemorySegment y = MemorySegment.NULL;
  private int next;

  /// What one call did, a second.
  @AuxCounters
  @State(Scope.Thread)
  public static class Rate {
    /// 10^9 bytes of weights.
    public double gigabytes;

    /// 10^9 operations, a multiply-add counted as two.
    public double gigaflops;
  }

  /// Makes the layers.
  @Setup(Level.Trial)
  public void open() {
    kernels.close();
    kernels = Kernels.open(new KernelOptions(engine, threads, activations, true));
    x = arena.allocate(4L * rows * WIDEST, 64);
    y = arena.allocate(4L * rows * WIDEST, 64);
    var random = new SplittableRandom(1);
    for (long i = 0; i < (long) rows * WIDEST; i++) {
      x.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
    }
    int copies = Math.toIntExact((LEAST_BYTES + layerBytes() - 1) / layerBytes());
    layers = new Matrix[rows == 1 ? copies : 1][SHAPES.length];
    for (var layer : layers) {
      for (int i = 0; i < layer.length; i++) layer[i] = matrix(random, SHAPES[i]);
    }
    System.out.println("limits before: " + MachineLimits.measure(threads));
  }

  private long layerBytes() {
    long bytes = 0;
    for (int[] shape : SHAPES) bytes += shape[0] * type.bytes(shape[1]);
    return bytes;
  }

  /// Random bits whose 16-bit parts, read as float16, are finite and normal: scales among them.
  private Matrix matrix(SplittableRandom random, int[] shape) {
    var data = arena.allocate(shape[0] * type.bytes(shape[1]), 64);
    for (long at = 0; at + Long.BYTES <= data.byteSize(); at += Long.BYTES) {
      long bits = (random.nextLong() & 0xb7ffb7ffb7ffb7ffL) | 0x0400040004000400L;
      data.set(ValueLayout.JAVA_LONG_UNALIGNED, at, bits);
    }
    return kernels.matrix(new Tensor(type, Shape.of(shape[0], shape[1]), data));
  }

  /// One layer's seven products.
  @Benchmark
  public void layer(Rate rate) {
    for (var matrix : layers[next]) {
      kernels.multiply(matrix, x, y, rows);
      rate.gigaflops += 2e-9 * matrix.rows() * matrix.columns() * rows;
    }
    rate.gigabytes += 1e-9 * layerBytes();
    next = (next + 1) % layers.length;
  }

  /// Measures the limits again: on a shared machine they drift.
  @TearDown(Level.Trial)
  public void close() {
    System.out.println("limits after: " + MachineLimits.measure(threads));
    kernels.close();
    arena.close();
  }
}
