package altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void every_part_of_every_range_runs_once(int threads) {
    try (var workers = new Workers(threads)) {
      for (int call = 0; call < 2_000; call++) {
        int count = call % 97;
        int grain = 1 + call % 7;
        var runs = new AtomicIntegerArray(count);
        workers.run(
            count,
            grain,
            (from, to, worker) -> {
              assertThat(worker).isBetween(0, threads - 1);
              for (int i = from; i < to; i++) runs.incrementAndGet(i);
            });
        for (int i = 0; i < count; i++) assertThat(runs.get(i)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void a_failure_in_any_part_reaches_the_caller_and_the_next_call_is_clean(int threads) {
    try (var workers = new Workers(threads)) {
      for (int bad = 0; bad < 8; bad++) {
        int failing = bad;
        assertThatThrownBy(() ->
                workers.run(
                    8,
                    1,
                    (from, to, worker) -> {
                      if (from <= failing && failing < to)
                        throw new ArithmeticException("part " + failing);
                    }))
            .isInstanceOf(ArithmeticException.class)
            .hasMessage("part " + failing);
        workers.run(8, 1, (from, to, worker) -> {});
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a_closed_pool_refuses_work(int threads) {
    var workers = new Workers(threads);
    workers.close();
    workers.close();
    assertThatThrownBy(() -> workers.run(1, 1, (from, to, worker) -> {}))
        .isInstanceOf(IllegalStateException.class);
  }
}
