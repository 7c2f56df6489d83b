package altiplano.files;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Llama 3.1's rotary scaling: the parameters in `config.json`, and GGUF's `rope_freqs.weight`, the
/// numbers by which they divide each frequency.
///
/// @param factor by which long wavelengths are stretched
/// @param low wavelengths over `original / low` are stretched wholly
/// @param high wavelengths under `original / high` are kept
/// @param original context length, in tokens, before stretching
record RotaryScaling(double factor, double low, double high, long original) {
  static final String FACTOR = "altiplano.rope.scaling.factor";
  static final String LOW = "altiplano.rope.scaling.low_frequency_factor";
  static final String HIGH = "altiplano.rope.scaling.high_frequency_factor";
  static final String ORIGINAL = "altiplano.rope.scaling.original_context";

  static Optional<RotaryScaling> from(Metadata metadata) {
    var factor = metadata.number(FACTOR);
    if (factor.isEmpty()) return Optional.empty();
    return Optional.of(
        new RotaryScaling(
            factor.getAsDouble(),
            metadata.number(LOW).orElse(1),
            metadata.number(HIGH).orElse(4),
            metadata.integer(ORIGINAL).orElse(8192)));
  }

  void putInto(Map<String, Object> values) {
    values.put(FACTOR, factor);
    values.put(LOW, low);
    values.put(HIGH, high);
    values.put(ORIGINAL, original);
  }

  /// Returns the scaling that makes given divisors, which GGUF files of other engines hold without
  /// its parameters: Llama's low and high factors with the power of two that fits as original
  /// context, 8192 first.
  static Optional<RotaryScaling> thatMakes(float[] divisors, double base) {
    double largest =
        IntStream.range(0, divisors.length).mapToDouble(i -> divisors[i]).max().orElse(1);
    return Stream.concat(Stream.of(8192L), Stream.iterate(16L, n -> n <= 1 << 24, n -> 2 * n))
        .map(original -> new RotaryScaling(largest, 1, 4, original))
        .filter(scaling -> close(scaling.divisors(base, 2 * divisors.length), divisors))
        .findFirst();
  }

  /// Returns `rope_freqs.weight`: `[headSize / 2]` float32.
  ///
  /// Meta's llama-models, `apply_scaling`; computed in float64.
  ///
  /// @param base theta of the rotary embedding
  float[] divisors(double base, int headSize) {
    var divisors = new float[headSize / 2];
    for (int i = 0; i < divisors.length; i++) {
      double wavelength = 2 * Math.PI * Math.pow(base, 2.0 * i / headSize);
      double kept = Math.clamp((original / wavelength - low) / (high - low), 0, 1);
      divisors[i] = (float) (1 / ((1 - kept) / factor + kept));
    }
    return divisors;
  }

  private static boolean close(float[] a, float[] b) {
    return Arrays.equals(a, b)
        || IntStream.range(0, a.length).allMatch(i -> Math.abs(a[i] - b[i]) <= 1e-5f * b[i]);
  }
}
