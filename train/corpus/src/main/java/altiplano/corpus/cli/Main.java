package altiplano.corpus.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.ResourceBundle;
import org.apache.spark.SparkException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/// Starts the commands `corpus` and `tokenizer`, which run in a JVM of their own.
///
/// Exit codes: 0 fine, 1 failed, 2 wrong use; the VM ends an interrupted command with 130.
public final class Main {
  private Main() {}

  @Command(
      name = "altiplano",
      subcommands = {CorpusCommand.class, TokenizerCommand.class})
  @SuppressWarnings("UnusedVariable") // picocli asks for these options by their names
  private static final class Root {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        scope = ScopeType.INHERIT)
    private boolean help;

    @Option(names = "--verbose", scope = ScopeType.INHERIT)
    private boolean verbose;
  }

  public static void main(String... arguments) {
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    int exitCode =
        new CommandLine(new Root())
            .setResourceBundle(
                ResourceBundle.getBundle("altiplano.corpus.cli.messages", language()))
            .setUsageHelpAutoWidth(true)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(Main::wrongUse)
            .setExecutionExceptionHandler(Main::failure)
            .execute(arguments);
    System.exit(exitCode);
  }

  /// Returns the language of help: `ALTIPLANO_LANG`, else that of the locale.
  private static Locale language() {
    String wanted =
        System.getenv().getOrDefault("ALTIPLANO_LANG", Locale.getDefault().getLanguage());
    // The root bundle is English: without this, the bundle of the VM's locale would win over it.
    return wanted.startsWith("zh") ? Locale.CHINESE : Locale.ROOT;
  }

  private static int wrongUse(ParameterException wrong, String[] arguments) {
    String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
    System.err.printf(
        "altiplano: %s Run '%s --help' for its use.%n",
        oneLine(wrong.getMessage() + ".").replace("..", "."), command);
    return ExitCode.USAGE;
  }

  private static int failure(Exception failed, CommandLine command, ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) last = last.subcommand();
    if (last.hasMatchedOption("--verbose")) failed.printStackTrace();
    System.err.println("altiplano: " + oneLine(message(failed)));
    return ExitCode.SOFTWARE;
  }

  /// Returns what went wrong where it went wrong: Spark wraps what a task throws.
  private static String message(Throwable failed) {
    Throwable cause = failed.getCause();
    return switch (failed) {
      case NoSuchFileException missing -> missing.getFile() + ": not found. Check the path.";
      case SparkException task when cause != null -> message(cause);
      case UncheckedIOException wrapped
          when cause != null
              && failed.getMessage() != null
              && failed.getMessage().startsWith("java.") ->
          message(cause);
      case IOException io -> io.getMessage() + ". Check the disk and the path.";
      default -> failed.getMessage() == null ? failed.toString() : failed.getMessage();
    };
  }

  private static String oneLine(String message) {
    return message.strip().lines().findFirst().orElse("");
  }
}
