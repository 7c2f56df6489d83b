package altiplano.kernels;

import static altiplano.kernels.KeyValuePages.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import altiplano.kernels.KernelOptions.Activations;
import altiplano.kernels.KernelOptions.Engine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Both engines against the plain formula: all scores, softmax, weighted sum, in float64.
class AttentionTest {
  /// Pages of one layer. Memory that no position has filled is NaN, as freshly used memory may be.
  private record Pages(
      CacheType type, int keyValueHeads, int headSize, List<MemorySegment> k, List<MemorySegment> v)
      implements KeyValuePages {
    static Pages empty(CacheType type, int keyValueHeads, int headSize, int positions) {
      var pages = new Pages(type, keyValueHeads, headSize, new ArrayList<>(), new ArrayList<>());
      long bytes = (long) keyValueHeads * PAGE * type.vectorBytes(headSize);
      for (int i = 0; i * PAGE < positions; i++) {
        pages.k().add(Arena.ofAuto().allocate(bytes, 64).fill((byte) 0xff));
        pages.v().add(Arena.ofAuto().allocate(bytes, 64).fill((byte) 0xff));
      }
      return pages;
    }

    @Override
    public MemorySegment keys(int index) {
      return k.get(index);
    }

    @Override
    public MemorySegment values(int index) {
      return v.get(index);
    }
  }

  /// A sequence of `positions` whose last `rows` ask.
  private record Sequence(
      int positions, int rows, boolean causal, MemorySegment k, MemorySegment v) {}

  private static Kernels open(Engine engine, int threads) {
    return Kernels.open(new KernelOptions(engine, threads, Activations.AUTO, true));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8})
  void engines_give_the_plain_formula_for_any_group_of_heads(int group) {
    for (var type : CacheType.values()) {
      check(type, 2, group, 64, 40 + group);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 32, 80, 128})
  void engines_give_the_plain_formula_for_any_head_size(int headSize) {
    for (var type : CacheType.values()) {
      check(type, 1, 2, headSize, headSize);
    }
  }

  private static void check(CacheType type, int keyValueHeads, int group, int headSize, long seed) {
    var random = new RandomCase(seed);
    int heads = keyValueHeads * group;
    int width = keyValueHeads * headSize;
    var sequences = new ArrayList<Sequence>();
    for (int[] size : new int[][] {{1, 1}, {64, 1}, {65, 65}, {131, 3}}) {
      for (boolean causal : new boolean[] {true, false}) {
        var k = random.floats((long) size[0] * width);
        var v = random.floats((long) size[0] * width);
        sequences.add(new Sequence(size[0], size[1], causal, k, v));
      }
    }
    int rows = sequences.stream().mapToInt(Sequence::rows).sum();
    var q = random.floats((long) rows * heads * headSize);
    double[] expected = plain(q, sequences, heads, keyValueHeads, headSize);
    double tolerance =
        switch (type) {
          case FLOAT32 -> 2e-6;
          case FLOAT16 -> 3e-3;
          case INT8 -> 0.05;
        };
    for (var engine : new Engine[] {Engine.SCALAR, Engine.VECTOR}) {
      float[] first = {};
      for (int threads = 1; threads <= 4; threads += engine == Engine.SCALAR ? 3 : 1) {
        float[] actual;
        try (var kernels = open(engine, threads)) {
          actual = attend(kernels, type, q, sequences, heads, keyValueHeads, headSize);
        }
        if (threads == 1) first = actual;
        assertThat(actual).as("%s with %d threads", engine, threads).isEqualTo(first);
      }
      for (int i = 0; i < first.length; i++) {
        assertThat(Math.abs(first[i] - expected[i]) <= tolerance)
            .as("%s %s value %d: %s, expected %s", engine, type, i, first[i], expected[i])
            .isTrue();
      }
    }
  }

  private static float[] attend(
      Kernels kernels,
      CacheType type,
      MemorySegment q,
      List<Sequence> sequences,
      int heads,
      int keyValueHeads,
      int headSize) {
    var parts = new ArrayList<AttentionRows>();
    int row = 0;
    for (var s : sequences) {
      var pages = Pages.empty(type, keyValueHeads, headSize, s.positions());
      for (int p = 0; p < s.positions(); p++) {
        int index = p % PAGE;
        kernels.store(s.k(), p, type, keyValueHeads, headSize, pages.keys(p / PAGE), index);
        kernels.store(s.v(), p, type, keyValueHeads, headSize, pages.values(p / PAGE), index);
      }
      parts.add(new AttentionRows(row, s.rows(), s.positions() - s.rows(), s.causal(), pages));
      row += s.rows();
    }
    var y = Arena.ofAuto().allocate(q.byteSize(), 64);
    kernels.attend(q, parts, heads, y);
    return y.toArray(ValueLayout.JAVA_FLOAT);
  }

  private static double[] plain(
      MemorySegment q, List<Sequence> sequences, int heads, int keyValueHeads, int headSize) {
    var y = new double[Math.toIntExact(q.byteSize() / Float.BYTES)];
    int row = 0;
    for (var s : sequences) {
      for (int i = 0; i < s.rows(); i++, row++) {
        int seen = s.causal() ? s.positions() - s.rows() + i + 1 : s.positions();
        for (int head = 0; head < heads; head++) {
          int keyValueHead = head / (heads / keyValueHeads);
          int query = (row * heads + head) * headSize;
          var weights = new double[seen];
          for (int p = 0; p < seen; p++) {
            int at = (p * keyValueHeads + keyValueHead) * headSize;
            double score = 0;
            for (int d = 0; d < headSize; d++) score += get(q, query + d) * get(s.k(), at + d);
            weights[p] = Math.exp(score / Math.sqrt(headSize));
          }
          double total = Arrays.stream(weights).sum();
          for (int p = 0; p < seen; p++) {
            int at = (p * keyValueHeads + keyValueHead) * headSize;
            for (int d = 0; d < headSize; d++)
              y[query + d] += weights[p] / total * get(s.v(), at + d);
          }
        }
      }
    }
    return y;
  }

  private static double get(MemorySegment x, int i) {
    return x.getAtIndex(ValueLayout.JAVA_FLOAT, i);
  }

  @ParameterizedTest
  @EnumSource(CacheType.class)
  void sequences_in_one_batch_do_not_touch_each_other(CacheType type) {
    var random = new RandomCase(3);
    int headSize = 32;
    var sequences = new ArrayList<Sequence>();
    for (int positions : new int[] {3, 90, 64}) {
      var k = random.floats((long) positions * headSize);
      var v = random.floats((long) positions * headSize);
      sequences.add(new Sequence(positions, 2, true, k, v));
    }
    var q = random.floats(6L * 4 * headSize);
    try (var kernels = open(Engine.VECTOR, 2)) {
      float[] together = attend(kernels, type, q, sequences, 4, 1, headSize);
      for (int i = 0; i < 3; i++) {
        long bytes = 2L * 4 * headSize * Float.BYTES;
        float[] alone =
            attend(
                kernels,
                type,
                q.asSlice(i * bytes, bytes),
                sequences.subList(i, i + 1),
                4,
                1,
                headSize);
        int length = alone.length;
        assertThat(alone).isEqualTo(Arrays.copyOfRange(together, i * length, (i + 1) * length));
      }
    }
  }
}
