package altiplano.mini.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  @Test
  void findsTheTemperatureThatMadeTheLabels() {
    var random = new SplittableRandom(1);
    var logits = new ArrayList<double[]>();
    var labels = new ArrayList<Integer>();
    for (int i = 0; i < 20_000; i++) {
      double[] row = {8 * random.nextDouble() - 4, 8 * random.nextDouble() - 4};
      // Labels are drawn from softmax(row / 2.5).
      double first = 1 / (1 + Math.exp((row[1] - row[0]) / 2.5));
      logits.add(row);
      labels.add(random.nextDouble() < first ? 0 : 1);
    }
    assertThat(Calibration.fit(logits, labels)).isCloseTo(2.5, within(0.15));
  }

  @Test
  void surpriseIsThatOfTheLogitsAtTemperatureOne() {
    var logits = List.of(new double[] {Math.log(3), 0});
    assertThat(Calibration.surprise(logits, List.of(0), 1))
        .isCloseTo(-Math.log(0.75), within(1e-12));
    assertThat(Calibration.surprise(logits, List.of(1), 1))
        .isCloseTo(-Math.log(0.25), within(1e-12));
  }
}
