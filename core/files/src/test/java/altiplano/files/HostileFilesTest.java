package altiplano.files;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import altiplano.tensor.Tensor;
import altiplano.testing.Shared;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;

/// Opens broken files in a VM of 64 MB: the fixtures, files mutated, cut and spliced by seed, and
/// files of gigabytes in which a count lies.
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
            Shared.path("fixtures").toString(),
            folder.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
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
    private static final int MUTANTS_OF_MODELS = 12;
    private static final Duration SLOW = Duration.ofSeconds(1);

    private Opener() {}

    static void main(String[] arguments) throws IOException {
      var fixtures = Path.of(arguments[0]);
      var target = Path.of(arguments[1]);
      try (var files = Files.list(fixtures.resolve("bad"))) {
        for (var file : files.sorted().toList()) {
          var name = String.valueOf(file.getFileName());
          if (name.endsWith(".json") || name.endsWith(".md")) continue;
          boolean opened = open(file);
          if (opened != name.startsWith("good")) throw new AssertionError(file + " was misjudged");
          mutants(Files.readAllBytes(file), target, name, MUTANTS);
        }
      }
      try (var files = Files.list(fixtures)) {
        for (var file : files.sorted().toList()) {
          var name = String.valueOf(file.getFileName());
          if (name.endsWith(".gguf")) {
            mutants(Files.readAllBytes(file), target, name, MUTANTS_OF_MODELS);
          }
        }
      }
      folders(fixtures.resolve("tiny-hf"), Files.createDirectory(target.resolve("folder")));
      for (int type : new int[] {4, 8, 9, 10}) lyingGigabytes(target, type);
      System.out.print("all opened or refused\n");
    }

    private static void mutants(byte[] bytes, Path target, String name, int count)
        throws IOException {
      for (int seed = 0; seed < count; seed++) {
        var mutant = target.resolve(seed + "-" + name);
        Files.write(mutant, mutate(bytes, new SplittableRandom(seed)));
        open(mutant);
        Files.delete(mutant);
      }
    }

    /// One file of a folder broken at a time.
    private static void folders(Path source, Path folder) throws IOException {
      var names =
          List.of(
              "config.json",
              "generation_config.json",
              "model.safetensors",
              "tokenizer.json",
              "tokenizer_config.json");
      for (var name : names) Files.copy(source.resolve(name), folder.resolve(name));
      if (!open(folder)) throw new AssertionError(source + " was refused");
      for (var name : names) {
        var bytes = Files.readAllBytes(source.resolve(name));
        for (int seed = 0; seed < MUTANTS_OF_MODELS; seed++) {
          Files.write(folder.resolve(name), mutate(bytes, new SplittableRandom(seed)));
          open(folder);
        }
        Files.write(folder.resolve(name), bytes);
      }
    }

    /// A file of 4 GB, all of it zeros but a header in which one list claims to go on to its end:
    /// the count is possible, and nothing of it is true.
    private static void lyingGigabytes(Path target, int elementType) throws IOException {
      var file = target.resolve("large-" + elementType + ".gguf");
      long size = 4L << 30;
      var header = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
      header.putInt(0x46554747).putInt(3).putLong(0).putLong(1).putLong(1).put((byte) 'a');
      header.putInt(9).putInt(elementType).putLong((size - 100) / 12);
      try (var out = FileChannel.open(file, CREATE_NEW, WRITE)) {
        out.write(header.flip());
        out.write(ByteBuffer.allocate(1), size - 1);
      }
      if (open(file)) throw new AssertionError(file + " was opened");
      Files.delete(file);
    }

    private static boolean open(Path file) {
      // The processor's time: on a busy machine a second may pass without this VM.
      var start = cpuTime();
      boolean opened = opens(file);
      if (cpuTime().minus(start).compareTo(SLOW) > 0) throw new AssertionError(file + " is slow");
      return opened;
    }

    private static Duration cpuTime() {
      return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
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

    /// Cuts, splices or changes some bytes; every other time in the first 4 kB, the header.
    private static byte[] mutate(byte[] original, SplittableRandom random) {
      if (original.length == 0) return original;
      int reach = random.nextBoolean() ? original.length : Math.min(original.length, 4096);
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
            bytes[random.nextInt(reach)] = (byte) random.nextInt();
          }
        }
      }
      return bytes;
    }
  }
}
