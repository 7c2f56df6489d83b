package altiplano.corpus.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "corpus",
    subcommands = {
      CleanCommand.class,
      RunCommand.class,
      ReportCommand.class,
      InspectCommand.class,
      AugmentCommand.class,
      MaskCommand.class,
      BenchCommand.class
    })
final class CorpusCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is missing: clean, run, report, inspect, augment, mask or bench");
  }
}
