package altiplano.mini.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Cases worked by hand.
class MetricsTest {
  private static final List<String> GOLD = List.of("a", "a", "a", "b");
  private static final List<String> FOUND = List.of("a", "a", "b", "b");

  @Test
  void labels() {
    int[] all = Metrics.all(4);
    assertThat(Metrics.accuracy(all, GOLD, FOUND)).isEqualTo(0.75);
    // a: precision 1, recall 2/3, F1 0.8; b: precision 1/2, recall 1, F1 2/3.
    assertThat(Metrics.macroF1(all, GOLD, FOUND)).isCloseTo((0.8 + 2 / 3.0) / 2, within(1e-12));
  }

  @Test
  void anItemMayComeSeveralTimes() {
    assertThat(Metrics.accuracy(new int[] {2, 2, 0}, GOLD, FOUND))
        .isCloseTo(1 / 3.0, within(1e-12));
  }

  @Test
  void areaUnderTheCurve() {
    boolean[] positive = {true, false, true, false};
    // Pairs of a positive and a negative: 0.9>0.8, 0.9>0.1, 0.4<0.8, 0.4>0.1.
    assertThat(Metrics.auc(Metrics.all(4), positive, new double[] {0.9, 0.8, 0.4, 0.1}))
        .isEqualTo(0.75);
    assertThat(Metrics.auc(Metrics.all(4), positive, new double[] {1, 1, 1, 1})).isEqualTo(0.5);
  }

  @Test
  void rankCorrelation() {
    double[] a = {1, 2, 3, 4};
    assertThat(Metrics.spearman(Metrics.all(4), a, new double[] {10, 20, 30, 90}))
        .isCloseTo(1, within(1e-12));
    // One exchanged pair of neighbours: 1 - 6 * 2 / (4 * 15).
    assertThat(Metrics.spearman(Metrics.all(4), a, new double[] {1, 3, 2, 4}))
        .isCloseTo(0.8, within(1e-12));
    assertThat(Metrics.spearman(Metrics.all(4), a, new double[] {5, 5, 5, 5})).isZero();
  }

  @Test
  void overlapOfAnswers() {
    assertThat(Metrics.overlap("北京市", "北京")).isCloseTo(0.8, within(1e-12));
    assertThat(Metrics.overlap("the old man", "old man")).isCloseTo(0.8, within(1e-12));
    assertThat(Metrics.overlap("北京", "上海")).isZero();
    assertThat(Metrics.overlap("北京", "")).isZero();
  }

  @Test
  void calibration() {
    double[] sure = {0.95, 0.95, 0.55, 0.55};
    // Bin of 0.95: one of two right, |1.9 - 1|; bin of 0.55: two of two right, |1.1 - 2|.
    assertThat(
            Metrics.calibrationError(Metrics.all(4), sure, new boolean[] {true, false, true, true}))
        .isCloseTo(0.45, within(1e-12));
  }

  @Test
  void anIntervalHoldsTheValueAndIsTheSameEachTime() {
    var once = Interval.of(200, some -> Metrics.mean(some, eachSecond(200)));
    assertThat(once.low()).isBetween(0.40, 0.5);
    assertThat(once.high()).isBetween(0.5, 0.60);
    assertThat(Interval.of(200, some -> Metrics.mean(some, eachSecond(200)))).isEqualTo(once);
  }

  private static double[] eachSecond(int n) {
    var values = new double[n];
    for (int i = 0; i < n; i += 2) values[i] = 1;
    return values;
  }
}
