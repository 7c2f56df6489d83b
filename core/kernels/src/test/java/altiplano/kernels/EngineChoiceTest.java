package altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an application sees that embeds the kernels: each case is a process of its own.
class EngineChoiceTest {
  private static final String MODULE = "jdk.incubator.vector";

  private final String kernels = place(Kernels.class);
  private final String tensor = place(Tensor.class);
  private final String application = place(EngineReport.class);
  private final String classPath = String.join(File.pathSeparator, application, kernels, tensor);

  @Test
  void on_the_module_path_the_vector_engine_runs_without_a_flag() {
    // The application's classes join the module, as they share its package.
    var output =
        run(
            "-p", kernels + File.pathSeparator + tensor,
            "--patch-module", "altiplano.kernels=" + application,
            "-m", "altiplano.kernels/" + EngineReport.class.getName());
    assertThat(output).contains("engine=vector", "agreement=true");
  }

  @Test
  void on_the_class_path_the_scalar_engine_runs_and_one_warning_names_the_flag() {
    var output = run("-cp", classPath, EngineReport.class.getName());
    assertThat(output).contains("engine=scalar", "agreement=true");
    assertThat(output.lines().filter(line -> line.contains("--add-modules " + MODULE)))
        .filteredOn(line -> !line.startsWith("reason="))
        .hasSize(1);
  }

  @Test
  void on_the_class_path_with_the_flag_the_vector_engine_runs() {
    var output = run("--add-modules", MODULE, "-cp", classPath, EngineReport.class.getName());
    assertThat(output).contains("engine=vector", "agreement=true");
  }

  @Test
  void asking_for_the_vector_engine_where_it_cannot_run_says_what_to_do() {
    assertThat(run("-Dengine=VECTOR", "-cp", classPath, EngineReport.class.getName()))
        .contains(
            "the vector engine needs the module " + MODULE + ": start java with --add-modules");
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void narrower_vectors_give_what_the_reference_gives(int bits) {
    var output =
        run(
            "--add-modules",
            MODULE,
            "-XX:MaxVectorSize=" + bits / 8,
            "-cp",
            classPath,
            EngineReport.class.getName());
    assertThat(output).contains("vectors of " + bits + " bits", "agreement=true");
  }

  private static String place(Class<?> of) {
    try {
      return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static String run(String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException | InterruptedException failed) {
      throw new AssertionError(failed);
    }
  }
}
