package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.tensor.Tensor;
import altiplano.testing.Fuzzing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;

/// A short run of the fuzz targets; `support/fuzz/run` makes long ones.
class FuzzTest {
  private static final int RUNS = 10_000;

  @TempDir Path folder;

  private String fuzz(Class<?> target, Map<String, byte[]> seeds) throws Exception {
    var work = Files.createDirectory(folder.resolve("work"));
    return Fuzzing.run(target, seeds, work, RUNS, ModelFile.class, Tensor.class, JsonParser.class);
  }

  @Test
  void any_bytes_are_read_as_gguf_or_refused() throws Exception {
    assertThat(fuzz(GgufFuzzer.class, FuzzSeeds.gguf(folder))).contains("Done " + RUNS + " runs");
  }

  @Test
  void any_bytes_are_read_as_safetensors_or_refused() throws Exception {
    assertThat(fuzz(SafetensorsFuzzer.class, FuzzSeeds.safetensors()))
        .contains("Done " + RUNS + " runs");
  }
}
