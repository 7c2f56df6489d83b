package altiplano.corpus.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import altiplano.corpus.cli.Main;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a run that does not reach its end leaves behind: the earlier run, whole.
class InterruptionTest {
  private static final CleanRun.Options OPTIONS = new CleanRun.Options(false, true);

  @TempDir Path folder;

  @Test
  void a_killed_run_leaves_the_earlier_one_and_the_next_one_works() throws Exception {
    Path output = folder.resolve("out");
    clean(rows("small.jsonl", 3), output);
    Map<String, String> before = files(output);
    Path large = rows("large.jsonl", 20_000);

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "corpus",
                "clean",
                large.toString(),
                "--output",
                output.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    // In the middle: its working folder is there, its result is not.
    while (!Files.exists(output.resolve(".corpus-work/new")) && process.isAlive()) {
      Thread.sleep(5);
    }
    assertThat(process.isAlive()).as(Files.readString(folder.resolve("log"))).isTrue();
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(files(output)).isEqualTo(before);
    assertThat(clean(large, output).documentsOut()).isGreaterThan(3);
    assertThat(hidden(output)).isEmpty();
  }

  @Test
  void a_full_disk_leaves_the_earlier_run_and_says_what_is_wrong() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(mount("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk.toString()));
    try {
      Path output = disk.resolve("out");
      clean(rows("small.jsonl", 3), output);
      Map<String, String> before = files(output);
      Path large = rows("large.jsonl", 5_000);
      assertThatThrownBy(() -> clean(large, output))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
      assertThat(files(output)).isEqualTo(before);
      assertThat(hidden(output)).isEmpty();
    } finally {
      mount("umount", disk.toString());
    }
  }

  @Test
  void two_runs_do_not_write_into_one_folder() throws IOException {
    Path output = folder.resolve("out");
    try (OutputFolder held = OutputFolder.open(output)) {
      assertThat(held.staging()).exists();
      assertThatThrownBy(() -> OutputFolder.open(output))
          .hasMessage(output + ": another run writes there. Wait for it, or name another folder");
    }
    OutputFolder.open(output).close();
  }

  private static altiplano.corpus.report.Report clean(Path input, Path output) throws IOException {
    return CleanRun.run(
        () -> {
          throw new AssertionError("so little needs no Spark");
        },
        List.of(input.toString()),
        output,
        OPTIONS,
        message -> {});
  }

  private Path rows(String name, int count) throws IOException {
    var rows = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      rows.add(
          "{\"text\":\"第%d封信里说，%x号房间的客人已经走了，留下%d本书和一封写给%o的短信。\"}"
              .formatted(i, i * 7919, i * 31 % 977, i * 13));
    }
    return Files.write(folder.resolve(name), rows);
  }

  private static Map<String, String> files(Path folder) throws IOException {
    var contents = new TreeMap<String, String>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (!name.startsWith(".")) contents.put(name, Files.readString(file));
      }
    }
    return contents;
  }

  private static List<String> hidden(Path folder) {
    String[] names = new File(folder.toString()).list((parent, name) -> name.startsWith("."));
    return names == null ? List.of() : List.of(names);
  }

  private static boolean mount(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
