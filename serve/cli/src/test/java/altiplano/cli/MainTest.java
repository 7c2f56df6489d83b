package altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MainTest {
  @Test
  void a_missing_command_is_wrong_use() {
    var run = CliRun.of();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo("altiplano: a command is missing. Run 'altiplano --help' for its use.\n");
  }

  @Test
  void an_unknown_option_is_wrong_use_and_one_line() {
    var run = CliRun.of("completion", "bash", "--no-such-option");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "altiplano: completion: Unknown option: '--no-such-option'."
                + " Run 'altiplano completion --help' for its use.\n");
  }

  @Test
  void the_version_names_java() {
    assertThat(CliRun.of("--version").out()).startsWith("altiplano ").contains("(Java 25");
  }

  @Test
  void completion_is_a_script_that_knows_the_commands() {
    assertThat(CliRun.of("completion", "zsh").out()).contains("bashcompinit", "completion");
  }

  @Test
  void the_environment_chooses_the_language_of_help() {
    assertThat(Main.language(Map.of("ALTIPLANO_LANG", "zh"))).isEqualTo(Locale.CHINESE);
    assertThat(Main.language(Map.of("ALTIPLANO_LANG", "en"))).isEqualTo(Locale.ENGLISH);
  }
}
