package altiplano.cli;

import picocli.CommandLine.Option;

/// What a command says beside its results.
@SuppressWarnings("UnusedVariable") // picocli reads the fields
final class ReportOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true)
  private boolean help;

  @Option(names = "--quiet")
  private boolean quiet;

  @Option(names = "--verbose")
  private boolean verbose;

  Messages messages(Streams streams) {
    return new Messages(streams.err(), quiet);
  }
}
