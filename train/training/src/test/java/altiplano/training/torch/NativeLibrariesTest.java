package altiplano.training.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Unpacks 400 MB three times, in processes of their own.
@Tag("slow")
class NativeLibrariesTest {
  @TempDir Path home;

  /// Loads libtorch and adds one and one.
  static final class Program {
    public static void main(String[] home) throws IOException {
      NativeLibraries.load(Path.of(home[0]));
      try (var _ = Scope.inference()) {
        var one = Tensor.of(new float[] {1}, 1);
        System.out.println("sum " + one.plus(one).item());
      }
    }
  }

  @Test
  void aCutLibraryOfAKilledProcessIsUnpackedAnew() throws Exception {
    assertThat(start().waitFor()).isZero();
    Path whole = find("whole");
    Files.delete(whole);
    try (var library =
        Files.newByteChannel(
            find("libtorch_cpu.so"), java.util.Set.of(java.nio.file.StandardOpenOption.WRITE))) {
      library.truncate(1_000_000);
    }
    assertThat(start().waitFor()).isZero();
    assertThat(whole).exists();
  }

  @Test
  void twoFirstStartsWaitForEachOther() throws Exception {
    var first = start();
    var second = start();
    assertThat(first.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(second.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(List.of(first.exitValue(), second.exitValue())).containsOnly(0);
  }

  private Path find(String name) throws IOException {
    try (var files = Files.walk(home)) {
      return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName(),
            home.toString())
        .inheritIO()
        .start();
  }
}
