package altiplano.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;

/// Turns what went wrong into one line: `altiplano: FILE: what is wrong (where). What to do.`
final class Failures {
  private Failures() {}

  /// Reports a failure, with its stack trace before the line if asked for.
  static int report(Throwable failed, boolean verbose, Output err) {
    if (verbose) {
      var trace = new StringWriter();
      failed.printStackTrace(new PrintWriter(trace, true));
      err.print(trace.toString());
    }
    print(line(failed), err);
    return ExitCode.SOFTWARE;
  }

  static int reportWrongUse(ParameterException wrongUse, Output err) {
    String command = wrongUse.getCommandLine().getCommandSpec().qualifiedName();
    String name = command.replaceFirst("^altiplano ?", "");
    String what = oneLine(String.valueOf(wrongUse.getMessage())).replaceFirst("[.:]?$", ".");
    print(
        "%s%s Run '%s --help' for its use."
            .formatted(name.isEmpty() ? "" : name + ": ", what, command),
        err);
    return ExitCode.USAGE;
  }

  /// Returns the error line, without the program's name.
  static String line(Throwable failed) {
    String message = String.valueOf(failed.getMessage());
    return oneLine(
        switch (failed) {
          case NoSuchFileException missing -> missing.getFile() + ": not found. Check the path.";
          case AccessDeniedException denied ->
              denied.getFile() + ": access denied. Check its permissions.";
          case FileAlreadyExistsException exists ->
              exists.getFile() + ": exists. Choose another name or give --force.";
          case UncheckedIOException wrapped when wrapped.getCause() != null ->
              line(wrapped.getCause());
          case IOException io -> message + ". Check the disk and the path.";
          case OutOfMemoryError heap ->
              "Java heap: full ("
                  + message
                  + "). Work with less at once or give Java more by -Xmx.";
          case NullPointerException bug -> internal(bug);
          case IndexOutOfBoundsException bug -> internal(bug);
          case ClassCastException bug -> internal(bug);
          case RuntimeException named -> message;
          default -> internal(failed);
        });
  }

  private static String internal(Throwable bug) {
    return "internal error: %s. Run it again with --verbose and report what it prints."
        .formatted(bug);
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static void print(String line, Output err) {
    err.println("altiplano: " + line).flush();
  }
}
