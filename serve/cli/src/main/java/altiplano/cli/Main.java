package altiplano.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import picocli.CommandLine;

/// Starts the command line.
///
/// Exit codes: 0 fine, 1 failed, 2 wrong use; the VM itself ends an interrupted command with 130.
public final class Main {
  private Main() {}

  public static void main(String... arguments) {
    Locale.setDefault(language(System.getenv()));
    System.exit(run(Streams.standard(), arguments));
  }

  /// Runs one command and returns its exit code. Help is in the default locale's language.
  static int run(Streams streams, String... arguments) {
    boolean verbose = List.of(arguments).contains("--verbose");
    try {
      int exitCode =
          commandLine(streams, arguments)
              .setExecutionExceptionHandler(
                  (failed, command, parsed) -> exitCode(failed, verbose, streams.err()))
              .execute(arguments);
      streams.out().flush();
      return exitCode;
    } catch (Throwable failed) {
      // What picocli lets through: a full heap, a last flush that fails.
      return exitCode(failed, verbose, streams.err());
    }
  }

  /// `altiplano ... | head`: whoever reads has had enough, and nothing is wrong.
  private static int exitCode(Throwable failed, boolean verbose, Output err) {
    return failed instanceof Output.ReaderGoneException ? 0 : Failures.report(failed, verbose, err);
  }

  /// Returns the commands with what they share: streams, language and error lines.
  static CommandLine commandLine(Streams streams, String... arguments) {
    var commandLine = new CommandLine(new Altiplano());
    Commands.addTo(commandLine, streams, arguments);
    return commandLine
        .setResourceBundle(ResourceBundle.getBundle("altiplano.cli.messages"))
        .setOut(streams.out().writer())
        .setErr(streams.err().writer())
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (wrongUse, given) -> Failures.reportWrongUse(wrongUse, streams.err()));
  }

  /// Returns the language of help: `ALTIPLANO_LANG`, else that of the locale, else English.
  static Locale language(Map<String, String> environment) {
    String wanted = environment.getOrDefault("ALTIPLANO_LANG", Locale.getDefault().getLanguage());
    return wanted.startsWith("zh") ? Locale.CHINESE : Locale.ENGLISH;
  }
}
