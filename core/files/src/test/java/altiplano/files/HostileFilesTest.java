package altiplano.files;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.tensor.Tensor;
import altiplano.testing.Shared;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;

/// Opens broken files in a VM of 64 MB: the fixtures, and files mutated, cut and spliced by seed.
class HostileFilesTest {
  @TempDir Path folder;

  @Test
  void broken_files_are_refused_quickly_in_a_small_heap() throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            classPath(),
            Opener.class.getName(),
            Shared.path("fixtures/bad").toString(),
            folder.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(output).endsWith("all opened or refused\n");
    assertThat(process.exitValue()).isZero();
  }

  private static String classPath() {
    // Under the module path the modules' places are not on the class path.
    return String.join(
        ":",
        place(ModelFile.class),
        place(Tensor.class),
        place(JsonParser.class),
        place(HostileFilesTest.class));
  }

  private static String place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  /// The program of the small VM.
  static final class Opener {
    private static final int MUTANTS = 60;
    private static final long SLOW_NANOS = 1_000_000_000L;

    private Opener() {}

    static void main(String[] arguments) throws IOException {
      var target = Path.of(arguments[1]);
      try (var files = Files.list(Path.of(arguments[0]))) {
        for (var file : files.sorted().toList()) {
          var name = String.valueOf(file.getFileName());
          if (name.endsWith(".json") || name.endsWith(".md")) continue;
          boolean opened = open(file);
          if (opened != name.startsWith("good")) throw new AssertionError(file + " was misjudged");
          var bytes = Files.readAllBytes(file);
          for (int seed = 0; seed < MUTANTS; seed++) {
            var mutant = target.resolve(seed + "-" + name);
            Files.write(mutant, mutate(bytes, new SplittableRandom(seed)));
            open(mutant);
            Files.delete(mutant);
          }
        }
      }
      System.out.print("all opened or refused\n");
    }

    private static boolean open(Path file) {
      long start = System.nanoTime();
      boolean opened = opens(file);
      long nanos = System.nanoTime() - start;
      if (nanos > SLOW_NANOS) throw new AssertionError(file + " took " + nanos + " ns");
      return opened;
    }

    private static boolean opens(Path file) {
      try (var model = ModelFile.open(file)) {
        model.tensors().values().forEach(tensor -> tensor.toFloats());
        return true;
      } catch (ModelFormatException refused) {
        return false;
      } catch (RuntimeException | Error wrong) {
        throw new AssertionError(file + " was neither opened nor refused", wrong);
      }
    }

    private static byte[] mutate(byte[] original, SplittableRandom random) {
      if (original.length == 0) return original;
      var bytes = original.clone();
      switch (random.nextInt(4)) {
        case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        case 1 -> {
          int from = random.nextInt(bytes.length);
          int to = random.nextInt(bytes.length);
          int count = random.nextInt(bytes.length - Math.max(from, to));
          System.arraycopy(original, from, bytes, to, count);
        }
        default -> {
          for (int i = random.nextInt(8); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
          }
        }
      }
      return bytes;
    }
  }
}
