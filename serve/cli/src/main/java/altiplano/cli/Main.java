package altiplano.cli;

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
    int exitCode = run(Streams.standard(), arguments);
    System.exit(exitCode);
  }

  /// Runs one command and returns its exit code. Help is in the default locale's language.
  static int run(Streams streams, String... arguments) {
    try {
      int exitCode = commandLine(streams).execute(arguments);
      streams.out().flush();
      return exitCode;
    } catch (Output.ReaderGoneException closed) {
      // `altiplano ... | head`: whoever reads has had enough.
      return 0;
    } catch (RuntimeException failed) {
      return Failures.report(failed, streams.err());
    }
  }

  /// Returns the commands with everything they share: streams, language and error lines.
  static CommandLine commandLine(Streams streams) {
    var commandLine = new CommandLine(new Altiplano());
    Commands.all(streams).forEach(commandLine::addSubcommand);
    return commandLine
        .setResourceBundle(ResourceBundle.getBundle("altiplano.cli.messages"))
        .setOut(streams.out().writer())
        .setErr(streams.err().writer())
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (wrongUse, given) -> Failures.reportWrongUse(wrongUse, streams.err()))
        .setExecutionExceptionHandler(
            (failed, command, parsed) -> Failures.report(failed, parsed, streams.err()));
  }

  /// Returns the language of help: `ALTIPLANO_LANG`, else that of the locale, else English.
  static Locale language(Map<String, String> environment) {
    String wanted = environment.getOrDefault("ALTIPLANO_LANG", Locale.getDefault().getLanguage());
    return wanted.startsWith("zh") ? Locale.CHINESE : Locale.ENGLISH;
  }
}
