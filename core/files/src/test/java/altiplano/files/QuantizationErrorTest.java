package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.tensor.ElementType;
import altiplano.tensor.Quantizer;
import altiplano.testing.Shared;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The table of errors in docs/formats.md: computed here, row by row, beside llama.cpp's.
class QuantizationErrorTest {
  private static final int COLUMNS = 4096;
  private static final int ROWS = 64;

  static Stream<ElementType> quantised() {
    return Stream.of(ElementType.values()).filter(ElementType::quantised);
  }

  @ParameterizedTest
  @MethodSource("quantised")
  void the_page_has_our_errors_beside_llama_cpp_s(ElementType type) throws IOException {
    var all =
        (Json.ObjectValue)
            Json.parse(Files.readAllBytes(Shared.path("fixtures/quantize-rmse.json")));
    var tiny = (Json.ObjectValue) object(all, "tiny-f32.gguf").get(type.name()).orElseThrow();
    double theirs = number(tiny, "all");
    var ours = new Errors();
    double worst = 0;
    try (var model = ModelFile.open(Shared.path("fixtures/tiny-f32.gguf"))) {
      for (var name : tiny.members().keySet()) {
        if (name.equals("all")) continue;
        var one = new Errors();
        var tensor = model.tensor(name);
        one.add(type, tensor.toFloats(), Math.toIntExact(tensor.shape().columns()));
        ours.add(one);
        worst = Math.max(worst, one.root() / number(tiny, name));
      }
    }
    var rows = new Errors();
    rows.add(type, normalTails(), COLUMNS);
    double theirRows = number(object(all, "normal-tails"), type.name());

    double limit = type.blockLength() == 32 ? 1.01 : 1.02;
    assertThat(worst).isLessThan(limit);
    assertThat(rows.root() / theirRows).isLessThan(limit);
    var line =
        "| %s | %s | %s | %.3f | %.3f | %s | %s | %.3f |"
            .formatted(
                type,
                digits(ours.root()),
                digits(theirs),
                ours.root() / theirs,
                worst,
                digits(rows.root()),
                digits(theirRows),
                rows.root() / theirRows);
    System.out.println(line);
    assertThat(Files.readString(Shared.root().resolve("docs/formats.md")).lines())
        .as("docs/formats.md, the table of errors")
        .contains(line);
  }

  /// The recipe in the fixture: nine tenths normal, one tenth Student's t, both times 0.02.
  private static float[] normalTails() {
    var random = new SplittableRandom(7);
    var values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      double a = uniform(random);
      double b = uniform(random);
      double c = uniform(random);
      double r = a < 0.1 ? 2 * Math.sqrt(1 / Math.sqrt(b) - 1) : Math.sqrt(-2 * Math.log(b));
      values[i] = (float) (0.02 * (r * Math.cos(2 * Math.PI * c)));
    }
    assertThat(values).startsWith(0.046420455f, 8.997053e-05f, 0.01985079f, 0.04124556f);
    return values;
  }

  private static double uniform(SplittableRandom random) {
    return ((random.nextLong() >>> 12) + 0.5) * 0x1p-52;
  }

  private static Json.ObjectValue object(Json.ObjectValue all, String key) {
    return (Json.ObjectValue) all.get(key).orElseThrow();
  }

  private static double number(Json.ObjectValue object, String key) {
    return ((Json.NumberValue) object.get(key).orElseThrow()).value().doubleValue();
  }

  private static String digits(double value) {
    return new BigDecimal(value).round(new MathContext(6)).toPlainString();
  }

  /// A sum of squares.
  private static final class Errors {
    private double sum;
    private long count;

    void add(Errors other) {
      sum += other.sum;
      count += other.count;
    }

    void add(ElementType type, float[] values, int columns) {
      var quantizer = Quantizer.of(type);
      try (var arena = Arena.ofConfined()) {
        var bytes = arena.allocate(type.bytes(columns));
        var decoded = new float[columns];
        for (int row = 0; row < values.length; row += columns) {
          quantizer.quantize(values, row, columns, bytes, 0);
          type.decode(bytes, 0, decoded, 0, columns);
          for (int i = 0; i < columns; i++)
            sum += Math.pow((double) decoded[i] - values[row + i], 2);
        }
      }
      count += values.length;
    }

    double root() {
      return Math.sqrt(sum / count);
    }
  }
}
