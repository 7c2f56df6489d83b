package altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

final class HelpTest {
  static List<Locale> languages() {
    return List.of(Locale.ENGLISH, Locale.CHINESE);
  }

  @ParameterizedTest
  @MethodSource("languages")
  void every_command_has_a_description_and_an_example(Locale language) {
    assertThat(commands(language))
        .allSatisfy(command -> {
          var usage = command.getCommandSpec().usageMessage();
          assertThat(usage.description()).as(command.getCommandName()).isNotEmpty();
          assertThat(String.join("\n", usage.footer()))
              .as(command.getCommandName())
              .contains("altiplano " + command.getCommandName().replace("altiplano", ""));
        });
  }

  @ParameterizedTest
  @MethodSource("languages")
  void every_option_and_argument_is_described(Locale language) {
    assertThat(
            commands(language)
                .flatMap(command -> command.getCommandSpec().args().stream())
                .filter(argument -> !argument.hidden()))
        .allSatisfy(argument -> assertThat(argument.description()).as(name(argument)).isNotEmpty());
  }

  @Test
  void both_languages_have_the_same_keys() {
    assertThat(bundle(Locale.CHINESE).keySet()).isEqualTo(bundle(Locale.ENGLISH).keySet());
    for (String key : bundle(Locale.ENGLISH).keySet()) {
      if (key.endsWith(".description")) {
        assertThat(bundle(Locale.CHINESE).getString(key))
            .as(key)
            .isNotEqualTo(bundle(Locale.ENGLISH).getString(key));
      }
    }
  }

  private static Stream<CommandLine> commands(Locale language) {
    var root = Main.commandLine(Streams.nowhere()).setResourceBundle(bundle(language));
    return Stream.concat(Stream.of(root), root.getSubcommands().values().stream())
        .filter(command -> !command.getCommandSpec().usageMessage().hidden());
  }

  private static ResourceBundle bundle(Locale language) {
    return ResourceBundle.getBundle(
        "altiplano.cli.messages",
        language,
        ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
  }

  private static String name(ArgSpec argument) {
    return argument.command().qualifiedName() + " " + argument;
  }
}
