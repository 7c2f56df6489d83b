package altiplano.training.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;

/// Starts `train` in a process of its own: libtorch never enters the one that runs models.
///
/// Exit codes: 0 fine, 1 failed, 2 wrong use, 130 interrupted, 143 terminated; the last two after a
/// checkpoint.
public final class Main {
  private Main() {}

  public static void main(String... arguments) {
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
    boolean verbose = List.of(arguments).contains("--verbose");
    var commandLine =
        new CommandLine(new AltiplanoCommand())
            .addSubcommand(new TrainCommand(err))
            .setOut(new PrintWriter(out, true, UTF_8))
            .setErr(new PrintWriter(err, true, UTF_8))
            .setExecutionExceptionHandler((failed, command, parsed) -> {
              if (verbose) failed.printStackTrace(err);
              err.println("altiplano: " + line(failed));
              return CommandLine.ExitCode.SOFTWARE;
            })
            .setParameterExceptionHandler((wrongUse, given) -> {
              err.printf(
                  "altiplano: %s. Run '%s --help' for its use.%n",
                  wrongUse.getMessage(),
                  wrongUse.getCommandLine().getCommandSpec().qualifiedName());
              return CommandLine.ExitCode.USAGE;
            });
    System.exit(commandLine.execute(arguments));
  }

  /// The root that the launcher's arguments start from.
  @CommandLine.Command(name = "altiplano")
  static final class AltiplanoCommand {}

  private static String line(Throwable failed) {
    String message =
        switch (failed) {
          case NoSuchFileException missing -> missing.getFile() + ": not found. Check the path.";
          case UncheckedIOException wrapped when wrapped.getCause() != null ->
              line(wrapped.getCause());
          case IOException io -> io.getMessage() + ". Check the disk and the path.";
          default -> String.valueOf(failed.getMessage());
        };
    // libtorch appends its own stack to a message.
    return message.split("\\nException raised from", 2)[0].strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
