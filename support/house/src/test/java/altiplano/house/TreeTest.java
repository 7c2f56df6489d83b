package altiplano.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What no tracked file may hold.
final class TreeTest {
  /// Folders of one machine, and hosts of one site's package registry. Taken apart, so that this
  /// file does not name them.
  private static final Pattern MACHINES_OWN =
      Pattern.compile(
          String.join(
              "|",
              "(?<![\\w.}\"$*])/" + "(root|home|work|Users)/",
              "[a-z0-9-]+\\." + "internal\\b",
              "artifactory" + "\\.",
              "nexus" + "\\.[a-z]",
              "[?&]" + "token="));

  private static final Pattern TEXT =
      Pattern.compile(".*(\\.(java|md|xml|yaml|yml|sh|properties|svg|txt|json)|/[a-z]+)");

  @Test
  void no_file_names_a_machine_s_own_paths_or_registries() throws Exception {
    assertThat(tracked())
        .isNotEmpty()
        .allSatisfy(file ->
            assertThat(MACHINES_OWN.matcher(text(file)).results().map(at -> at.group()))
                .as(file.toString())
                .isEmpty());
  }

  @Test
  void no_file_is_larger_than_a_reader_wants_to_download() throws Exception {
    assertThat(tracked())
        .filteredOn(file -> !file.startsWith(Reactor.ROOT.resolve("models")))
        .allSatisfy(file -> assertThat(Files.size(file)).as(file.toString()).isLessThan(1 << 20));
  }

  @Test
  void scripts_are_executable() {
    assertThat(List.of("altiplano", "build", ".ci/run"))
        .allSatisfy(script -> assertThat(Reactor.ROOT.resolve(script)).isExecutable());
  }

  /// Returns the files that git tracks; a copy without git has nothing to hold against this.
  private static List<Path> tracked() throws IOException, InterruptedException {
    assumeTrue(Files.exists(Reactor.ROOT.resolve(".git")), "not a git checkout");
    Process git =
        new ProcessBuilder("git", "ls-files", "-z").directory(Reactor.ROOT.toFile()).start();
    String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(git.waitFor()).isZero();
    return Stream.of(names.split("\0"))
        .map(Reactor.ROOT::resolve)
        .filter(Files::isRegularFile)
        .toList();
  }

  private static String text(Path file) throws IOException {
    return TEXT.matcher(file.toString()).matches() ? Files.readString(file) : "";
  }
}
