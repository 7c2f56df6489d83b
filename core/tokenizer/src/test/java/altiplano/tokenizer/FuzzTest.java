package altiplano.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.ModelFile;
import altiplano.tensor.Tensor;
import altiplano.testing.Fuzzing;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A short run of the fuzz targets; `support/fuzz/run` makes long ones.
class FuzzTest {
  private static final int RUNS = 2_000;

  @TempDir Path folder;

  private String fuzz(Class<?> target, Map<String, byte[]> seeds) throws Exception {
    return Fuzzing.run(
        target,
        seeds,
        folder,
        RUNS,
        Tokenizer.class,
        ModelFile.class,
        Tensor.class,
        Class.forName("tools.jackson.core.JsonParser"));
  }

  @Test
  void any_bytes_are_read_as_tokenizer_json_or_refused() throws Exception {
    assertThat(fuzz(TokenizerJsonFuzzer.class, VocabularyFuzzing.json()))
        .contains("Done " + RUNS + " runs");
  }

  @Test
  void any_bytes_are_read_as_tokenizer_model_or_refused() throws Exception {
    assertThat(fuzz(TokenizerModelFuzzer.class, VocabularyFuzzing.model()))
        .contains("Done " + RUNS + " runs");
  }
}
