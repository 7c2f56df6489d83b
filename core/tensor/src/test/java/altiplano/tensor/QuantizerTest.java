package altiplano.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class QuantizerTest {
  /// Errors of llama.cpp's quantisers on [#normalWithTails].
  private static final Map<ElementType, Double> LLAMA_CPP =
      Map.of(
          ElementType.Q8_0, 0.000122624,
          ElementType.Q4_0, 0.00196461,
          ElementType.Q4_1, 0.00170177,
          ElementType.Q5_0, 0.000978383,
          ElementType.Q5_1, 0.000824055,
          ElementType.Q2_K, 0.00641406,
          ElementType.Q3_K, 0.00332846,
          ElementType.Q4_K, 0.00156282,
          ElementType.Q5_K, 0.000791441,
          ElementType.Q6_K, 0.000398468);

  private static double llamaCpp(ElementType type) {
    return Optional.ofNullable(LLAMA_CPP.get(type)).orElseThrow();
  }

  private static final float[] VALUES = normalWithTails();

  /// 64 rows of 4096: nine tenths normal (Box-Muller), a tenth Student's t with 4 degrees of
  /// freedom (Bailey), both times 0.02.
  private static float[] normalWithTails() {
    var random = new SplittableRandom(7);
    var values = new float[64 * 4096];
    for (int i = 0; i < values.length; i++) {
      double a = uniform(random);
      double b = uniform(random);
      double c = uniform(random);
      double r = a < 0.1 ? 2 * Math.sqrt(1 / Math.sqrt(b) - 1) : Math.sqrt(-2 * Math.log(b));
      values[i] = (float) (0.02 * (r * Math.cos(2 * Math.PI * c)));
    }
    return values;
  }

  private static double uniform(SplittableRandom random) {
    return ((random.nextLong() >>> 12) + 0.5) * 0x1p-52;
  }

  private static double error(ElementType type, float[] values, MemorySegment blocks) {
    var decoded = new float[values.length];
    type.decode(blocks, 0, decoded, 0, decoded.length);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double difference = (double) values[i] - decoded[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum / values.length);
  }

  private static MemorySegment blocks(ElementType type, int count) {
    return MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(count))]);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"F32", "F16", "BF16"})
  void the_search_is_closer_than_llama_cpp(ElementType type) {
    var blocks = blocks(type, VALUES.length);
    Quantizer.of(type).quantize(VALUES, 0, VALUES.length, blocks, 0);
    assertThat(error(type, VALUES, blocks)).isLessThan(llamaCpp(type));
  }

  @ParameterizedTest
  @EnumSource(names = {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"})
  void the_reference_has_llama_cpps_error(ElementType type) {
    var blocks = blocks(type, VALUES.length);
    type.encode(VALUES, 0, VALUES.length, blocks, 0);
    double expected = llamaCpp(type);
    assertThat(error(type, VALUES, blocks)).isBetween(expected * (1 - 1e-5), expected * (1 + 1e-5));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"F32", "F16", "BF16"})
  void hard_blocks_are_encoded_without_nonsense(ElementType type) {
    float[][] hard = {
      new float[256], constant(3), constant(-3), constant(1e-9f), constant(60_000), spike(1e4f)
    };
    for (var values : hard) {
      for (var quantizer : new Quantizer[] {Quantizer.of(type), Quantizer.reference(type)}) {
        var blocks = blocks(type, 256);
        quantizer.quantize(values, 0, 256, blocks, 0);
        var decoded = new float[256];
        type.decode(blocks, 0, decoded, 0, 256);
        float largest = 0;
        for (float value : values) largest = Math.max(largest, Math.abs(value));
        for (int i = 0; i < 256; i++) {
          assertThat(Math.abs(decoded[i] - values[i])).isLessThanOrEqualTo(0.26f * largest + 1e-6f);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q2_K", "Q4_0", "Q4_K", "Q6_K"})
  void important_values_come_out_closer(ElementType type) {
    var importance = new float[VALUES.length];
    for (int i = 0; i < importance.length; i++) importance[i] = i % 8 == 0 ? 30 : 1;
    var plain = blocks(type, VALUES.length);
    var weighted = blocks(type, VALUES.length);
    Quantizer.of(type).quantize(VALUES, 0, VALUES.length, plain, 0);
    Quantizer.of(type).quantize(VALUES, 0, VALUES.length, importance, weighted, 0);
    assertThat(errorOfEighths(type, weighted)).isLessThan(0.95 * errorOfEighths(type, plain));
  }

  private static double errorOfEighths(ElementType type, MemorySegment blocks) {
    var decoded = new float[VALUES.length];
    type.decode(blocks, 0, decoded, 0, decoded.length);
    double sum = 0;
    for (int i = 0; i < decoded.length; i += 8) sum += Math.pow(decoded[i] - VALUES[i], 2);
    return Math.sqrt(sum);
  }

  @Test
  void values_that_are_not_finite_are_refused() {
    var values = new float[32];
    values[5] = Float.NaN;
    assertThatThrownBy(() ->
            Quantizer.of(ElementType.Q8_0).quantize(values, 0, 32, blocks(ElementType.Q8_0, 32), 0))
        .hasMessage("value 5 is NaN; only finite values can be quantised");
  }

  private static float[] constant(float value) {
    var values = new float[256];
    Arrays.fill(values, value);
    return values;
  }

  private static float[] spike(float value) {
    var values = new float[256];
    values[17] = value;
    values[18] = 1e-3f;
    return values;
  }
}
