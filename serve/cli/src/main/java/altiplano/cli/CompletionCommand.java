package altiplano.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Prints a script that completes commands and options in a shell.
@SuppressWarnings("UnusedVariable") // picocli reads the fields
@Command(name = "completion")
final class CompletionCommand implements Runnable {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "SHELL")
  private Shell shell;

  CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  /// Zsh reads bash's completions by its own `bashcompinit`, which the script calls.
  enum Shell {
    BASH,
    ZSH
  }

  @Override
  public void run() {
    streams.out().println(AutoComplete.bash("altiplano", spec.root().commandLine()));
  }
}
