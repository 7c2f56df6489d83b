package altiplano.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// `./altiplano` in a copy of the sources, as a user starts it. In order, since a build takes long.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LauncherTest {
  private static final Path VERSION_SOURCE =
      Path.of("serve/cli/src/main/java/altiplano/cli/Altiplano.java");

  @TempDir private static Path folder;
  private static Path tree;

  @BeforeAll
  static void copy_the_sources() throws IOException {
    // A space and Chinese in the path, as on many a desk.
    tree = Files.createDirectories(folder.resolve("高原 altiplano"));
    for (String part :
        List.of(
            "altiplano",
            "pom.xml",
            "bom",
            "core",
            "examples",
            "models",
            "serve",
            "support",
            "train")) {
      copy(Shared.root().resolve(part), tree.resolve(part));
    }
  }

  @Test
  @Order(1)
  void of_two_first_starts_one_builds_and_a_dead_one_is_passed_over() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path lock = Files.createDirectories(tree.resolve("target/altiplano/cli")).resolve("lock");
    Files.createSymbolicLink(lock, Path.of(hostName() + ":" + gone.pid()));

    Process first = process(tree, Map.of(), "./altiplano", "--version").start();
    Process second = process(tree, Map.of(), "./altiplano", "--version").start();
    var results = List.of(result(first), result(second));

    assertThat(results)
        .allSatisfy(run -> assertThat(run.out()).startsWith("altiplano ").contains("(Java 25"));
    assertThat(results).filteredOn(run -> run.err().contains("building serve/cli")).hasSize(1);
    assertThat(lock).doesNotExist();
  }

  @Test
  @Order(2)
  void what_is_built_starts_without_a_word() throws Exception {
    assertThat(start("--version").err()).isEmpty();
  }

  @Test
  @Order(3)
  void the_aot_caches_are_used() throws Exception {
    Path build = build();
    assertThat(build.resolve("computes-no.aot")).isNotEmptyFile();
    assertThat(build.resolve("computes-yes.aot")).isNotEmptyFile();
    // With the log on, a cache that does not fit its flags or class path would complain.
    var run = run(Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load"), "./altiplano", "--version");
    assertThat(run.out()).contains("altiplano.cli.Main source: shared objects file");
  }

  @Test
  @Order(4)
  void arguments_and_file_names_are_utf8_without_any_locale() throws Exception {
    Path file = Files.writeString(tree.resolve("某个模型.gguf"), "no model");
    var run = run(Map.of(), "env", "-i", "./altiplano", "inspect", file.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("altiplano: " + file + ": ");
  }

  @Test
  @Order(5)
  void the_locale_chooses_the_language_of_help() throws Exception {
    assertThat(run(Map.of("LANG", "zh_CN.UTF-8", "LC_ALL", ""), "./altiplano", "--help").out())
        .contains("用法");
    assertThat(run(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", ""), "./altiplano", "--help").out())
        .contains("Usage");
  }

  @Test
  @Order(6)
  void it_starts_from_any_folder_and_through_a_symbolic_link() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), tree.resolve("altiplano"));
    assertThat(run(folder, Map.of(), link.toString(), "--version").out()).startsWith("altiplano ");
  }

  @Test
  @Order(7)
  void an_edited_constant_is_seen_at_the_next_start() throws Exception {
    Path before = build();
    edit("\"altiplano %s (Java %s)\"", "\"edited %s (Java %s)\"");
    var run = start("--version");
    assertThat(run.err()).contains("altiplano: building serve/cli");
    assertThat(run.out()).startsWith("edited ");
    assertThat(build()).isNotEqualTo(before);
    assertThat(before.resolve("computes-no.aot")).doesNotExist();
    assertThat(start("--version").out()).startsWith("edited ");
  }

  @Test
  @Order(8)
  void a_failed_build_keeps_the_earlier_one_and_says_so() throws Exception {
    edit("\"edited %s (Java %s)\"", "\"edited %s (Java %s)\" +");
    var run = start("--version");
    assertThat(run.err()).contains("[ERROR]", "the build failed", "the earlier build runs");
    assertThat(run.out()).startsWith("edited ");
    assertThat(tree.resolve("target/altiplano/cli/lock")).doesNotExist();
  }

  @Test
  @Order(9)
  void a_read_only_folder_is_left_alone() throws Exception {
    Path builds = tree.resolve("target/altiplano/cli");
    assertThat(builds.toFile().setWritable(false)).isTrue();
    try {
      assumeFalse(Files.isWritable(builds), "the superuser may write to any folder");
      var run = start("--version");
      assertThat(run.err()).contains("the folder is read-only: the earlier build runs.");
      assertThat(run.out()).startsWith("edited ");
    } finally {
      assertThat(builds.toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  @Order(10)
  void without_a_jdk_25_it_says_where_to_get_one() throws Exception {
    var run =
        run(
            Map.of(),
            "bash",
            "-c",
            ". support/launch/jdk25.sh; find_jdk25() { return 1; }; require_jdk25");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("altiplano: JDK 25: none found")
        .contains("https://adoptium.net", "sdk install java")
        .hasLineCount(1);
  }

  private static Path build() throws IOException {
    Path builds = tree.resolve("target/altiplano/cli");
    return builds.resolve(Files.readString(builds.resolve("current")).strip());
  }

  private static void edit(String from, String to) throws IOException {
    Path source = tree.resolve(VERSION_SOURCE);
    String text = Files.readString(source);
    assertThat(text).contains(from);
    Files.writeString(source, text.replace(from, to));
  }

  private static CliRun start(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("./altiplano"));
    command.addAll(List.of(arguments));
    return run(Map.of(), command.toArray(String[]::new));
  }

  private static CliRun run(Map<String, String> environment, String... command) throws Exception {
    return run(tree, environment, command);
  }

  private static CliRun run(Path from, Map<String, String> environment, String... command)
      throws Exception {
    return result(process(from, environment, command).start());
  }

  private static ProcessBuilder process(
      Path from, Map<String, String> environment, String... command) {
    var builder = new ProcessBuilder(command).directory(from.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  private static CliRun result(Process process) throws Exception {
    var err = new ArrayList<String>();
    Thread reader =
        Thread.startVirtualThread(
            () -> process.errorReader(UTF_8).lines().forEach(line -> err.add(line + "\n")));
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    reader.join();
    return new CliRun(process.waitFor(), out, String.join("", err));
  }

  private static String hostName() throws Exception {
    return run(Map.of(), "bash", "-c", "printf %s \"$HOSTNAME\"").out();
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!Files.exists(from)) return;
    Set<String> left = Set.of("target", "test");
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes)
              throws IOException {
            if (left.contains(at.getFileName().toString())) return FileVisitResult.SKIP_SUBTREE;
            Files.createDirectories(to.resolve(from.relativize(at).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path at, BasicFileAttributes attributes)
              throws IOException {
            Path target = from.equals(at) ? to : to.resolve(from.relativize(at).toString());
            Files.copy(at, target, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
