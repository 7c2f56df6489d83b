package altiplano.kernels;

import altiplano.tensor.Stability.Experimental;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntToLongFunction;

/// What the machine can do at most, measured: how fast it reads memory and how fast it multiplies.
///
/// @param threads that measured it together
/// @param readBytesPerSecond best of five sums over a gibibyte
/// @param float32Flops best of five, a multiply-add counted as two operations
@Experimental
public record MachineLimits(int threads, double readBytesPerSecond, double float32Flops) {
  private static final int REPETITIONS = 5;
  private static final long READ_BYTES = 1L << 30;

  /// Measures for some seconds.
  ///
  /// @param threads 0 takes one per processor
  public static MachineLimits measure(int threads) {
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    LimitProbe probe = vector ? new VectorProbe() : new ScalarProbe();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(READ_BYTES, 4096);
      memory.fill((byte) 1); // pages that were never written are all the same zeros
      long share = READ_BYTES / count / 4096 * 4096;
      return new MachineLimits(
          count,
          best(count, thread -> probe.read(memory.asSlice(thread * share, share))),
          best(count, thread -> probe.multiplyAdd()));
    }
  }

  /// Returns the most work a second that all threads did together.
  private static double best(int threads, IntToLongFunction work) {
    double best = 0;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var barrier = new CyclicBarrier(threads);
      for (int i = 0; i < REPETITIONS + 2; i++) { // the first two are the compiler's
        var pending = new ArrayList<Future<double[]>>();
        for (int t = 0; t < threads; t++) {
          int thread = t;
          pending.add(
              pool.submit(() -> {
                barrier.await();
                double start = System.nanoTime();
                double amount = work.applyAsLong(thread);
                return new double[] {amount, start, System.nanoTime()};
              }));
        }
        double amount = 0;
        double first = Double.MAX_VALUE;
        double last = -Double.MAX_VALUE;
        for (var result : pending) {
          double[] done = result.get();
          amount += done[0];
          first = Math.min(first, done[1]);
          last = Math.max(last, done[2]);
        }
        best = Math.max(best, amount * 1e9 / (last - first));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", interrupted);
    } catch (ExecutionException failed) {
      throw new IllegalStateException("a probe failed", failed.getCause());
    }
    return best;
  }
}
