package altiplano.house;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.testing.Shared;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The README's Java as an application of its own, in a process of its own.
final class EmbeddingTest {
  private static final String SNIPPET =
      Snippets.of(Reactor.read(Reactor.ROOT.resolve("README.md")), "java")
          .findFirst()
          .orElseThrow();

  @TempDir private Path folder;

  /// What one process said.
  private record Said(int exitCode, String out, String err) {}

  @Test
  void on_the_module_path_it_runs_the_vector_engine_without_any_flag() throws Exception {
    var said = run("--module-path", libraries(), "--add-modules", "altiplano.generation");
    assertThat(said.err()).doesNotContain("altiplano").doesNotContain("--add-modules");
    assertThat(said.out()).isEqualTo("vector\n");
    assertThat(said.exitCode()).isZero();
  }

  @Test
  void on_the_class_path_it_runs_the_scalar_engine_and_one_warning_names_the_flag()
      throws Exception {
    var said = run("--class-path", libraries());
    assertThat(said.out()).isEqualTo("scalar\n");
    assertThat(said.err().lines().filter(line -> line.contains("--add-modules")))
        .singleElement()
        .asString()
        .contains("jdk.incubator.vector");
    assertThat(said.exitCode()).isZero();
  }

  @Test
  void the_readme_s_java_writes_text() throws Exception {
    String model = Shared.path("fixtures/stories260K-f32.gguf").toString();
    assertThat(SNIPPET).contains("\"model.gguf\"");
    var said =
        java(
            SNIPPET.replace("\"model.gguf\"", "\"" + model + "\""),
            List.of("--module-path", libraries(), "--add-modules", "altiplano.generation"));
    assertThat(said.err()).doesNotContain("error:");
    assertThat(said.out()).hasSizeGreaterThan(100).containsPattern("[a-z]+ [a-z]+");
    assertThat(said.exitCode()).isZero();
  }

  static Stream<String> generation() {
    return Snippets.of(Reactor.read(Reactor.ROOT.resolve("docs/generation.md")), "java");
  }

  @ParameterizedTest
  @MethodSource("generation")
  void the_java_of_the_page_on_generation_runs(String snippet) throws Exception {
    // The trained model knows no turns, and the one that knows them is not trained.
    String file = snippet.contains("ChatFormat") ? "tiny-f32.gguf" : "stories260K-f32.gguf";
    String model = Shared.path("fixtures/" + file).toString();
    var said =
        java(
            snippet.replace("model.gguf", model),
            List.of("--module-path", libraries(), "--add-modules", "altiplano.generation"));
    assertThat(said.err()).doesNotContain("error:", "Exception");
    assertThat(said.out()).isNotBlank();
    assertThat(said.exitCode()).isZero();
  }

  @Test
  void the_readme_s_java_compiles() throws Exception {
    Path source = Files.writeString(folder.resolve("Snippet.java"), SNIPPET);
    var said =
        start(
            List.of(tool("javac"), "-d", folder.toString(), "-cp", libraries(), source.toString()));
    assertThat(said.err()).isEmpty();
    assertThat(said.exitCode()).isZero();
  }

  /// Runs a few lines that need no model file.
  private Said run(String... options) throws Exception {
    return java(
        """
        import altiplano.model.LlamaConfig;
        import altiplano.model.LlamaModel;
        import altiplano.model.ModelOptions;
        import altiplano.model.RandomModel;
        import altiplano.tensor.ElementType;

        void main() {
          var large = LlamaConfig.llama1b();
          var config = new LlamaConfig(
              64, 1, 2, 1, 32, 64, 64, 64, 1e-5f, large.positions(), large.normalization(),
              large.activation(), true, true, 1);
          var file = RandomModel.of(config, ElementType.Q8_0, 1);
          try (var model = LlamaModel.of(file, ModelOptions.DEFAULT)) {
            IO.println(model.engine());
          }
        }
        """,
        List.of(options));
  }

  private Said java(String program, List<String> options) throws Exception {
    Path source = Files.writeString(folder.resolve("Application.java"), program);
    var command = new ArrayList<>(List.of(tool("java")));
    command.addAll(options);
    command.add(source.toString());
    return start(command);
  }

  private Said start(List<String> command) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Said(process.waitFor(), Files.readString(out), Files.readString(err));
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /// Returns what an application that depends on `altiplano-generation` has on its path.
  private static String libraries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(path -> path.contains("/core/") || path.contains("jackson-core"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
