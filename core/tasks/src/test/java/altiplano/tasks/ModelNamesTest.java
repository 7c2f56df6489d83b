package altiplano.tasks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.ModelFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelNamesTest {
  private static final byte[] CONTENT = "GGUF and more".repeat(20_000).getBytes(UTF_8);

  @TempDir private Path home;

  /// A bundled model of a few bytes, which need be no model here.
  private record Bytes(String name, byte[] given, long bytes, String sha256)
      implements BundledModel {
    static Bytes of(byte[] given) throws Exception {
      var hash = MessageDigest.getInstance("SHA-256").digest(given);
      return new Bytes("mini", given, given.length, HexFormat.of().formatHex(hash));
    }

    @Override
    public InputStream content() {
      return new ByteArrayInputStream(given);
    }
  }

  private Map<String, String> environment() {
    return Map.of("ALTIPLANO_HOME", home.toString());
  }

  @Test
  void a_bundled_model_becomes_a_file_of_the_store_once() throws Exception {
    var mini = Bytes.of(CONTENT);
    Path file = ModelNames.resolve("mini", List.of(mini), environment());
    assertThat(file)
        .isEqualTo(home.resolve("bundled/mini-" + mini.sha256().substring(0, 12) + ".gguf"))
        .hasBinaryContent(CONTENT);
    var made = Files.getLastModifiedTime(file);
    assertThat(ModelNames.resolve("mini", List.of(mini), environment())).isEqualTo(file);
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(made);
    assertThat(home.resolve("bundled").toFile().list()).hasSize(1);
  }

  @Test
  void a_file_of_another_length_is_written_again() throws Exception {
    var mini = Bytes.of(CONTENT);
    Path file = BundledFile.of(mini, home);
    Files.write(file, new byte[5]);
    assertThat(BundledFile.of(mini, home)).hasBinaryContent(CONTENT);
  }

  @Test
  void a_resource_that_is_not_what_its_hash_says_leaves_nothing() throws Exception {
    var mini = Bytes.of(CONTENT);
    var broken = new Bytes("mini", new byte[7], 7, mini.sha256());
    assertThatThrownBy(() -> BundledFile.of(broken, home))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("bundled model mini")
        .hasMessageEndingWith("Install the program again.");
    assertThat(home.resolve("bundled").toFile().list()).isEmpty();
  }

  @Test
  void many_callers_at_once_get_the_same_whole_file() throws Exception {
    var mini = Bytes.of(CONTENT);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<byte[]> open = () -> Files.readAllBytes(BundledFile.of(mini, home));
      for (var file : threads.invokeAll(Collections.nCopies(16, open))) {
        assertThat(file.resultNow()).isEqualTo(CONTENT);
      }
    }
  }

  @Test
  void a_store_that_cannot_be_written_is_named_with_the_remedy() throws Exception {
    Path notAFolder = Files.createFile(home.resolve("file"));
    var mini = Bytes.of(CONTENT);
    assertThatThrownBy(() -> BundledFile.of(mini, notAFolder))
        .hasMessageContaining(notAFolder.resolve("bundled").toString())
        .hasMessageEndingWith("Set ALTIPLANO_HOME to a folder that can be written.");
  }

  @Test
  void a_path_goes_before_the_store_and_the_store_is_asked_by_name() throws IOException {
    Path stored = Files.createDirectories(home.resolve("models/lab/tiny"));
    Files.writeString(stored.resolve(".altiplano.json"), "{\"name\":\"lab/tiny\"}");
    assertThat(ModelNames.resolve("lab/tiny", List.of(), environment())).isEqualTo(stored);
    Path file = Files.createFile(home.resolve("a.gguf"));
    assertThat(ModelNames.resolve(file.toString(), List.of(), environment())).isEqualTo(file);
  }

  @Test
  void what_is_nowhere_is_told_with_what_could_be_given() {
    assertThatThrownBy(() -> ModelNames.resolve("lab/none", List.of(), environment()))
        .isInstanceOf(NoSuchModelException.class)
        .hasMessage(
            "lab/none: not found. Give a GGUF file, a Hugging Face folder, a name in the store or"
                + " mini.");
    assertThatThrownBy(() -> ModelNames.resolve("mini", List.of(), environment()))
        .hasMessage(
            "mini: no model comes with this program. Add altiplano-mini to its class path, or name"
                + " another model.");
    assertThatThrownBy(() -> ModelNames.resolve("", List.of(), environment()))
        .isInstanceOf(NoSuchModelException.class);
  }
}
