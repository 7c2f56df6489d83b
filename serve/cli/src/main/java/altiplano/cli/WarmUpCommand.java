package altiplano.cli;

import picocli.CommandLine.Command;

/// Runs what every start needs, for the launcher's AOT cache.
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Runnable {
  @Override
  public void run() {
    var nowhere = Streams.nowhere();
    Main.run(nowhere, "--version");
    Main.run(nowhere, "run", "--help");
    Main.run(nowhere, "doctor", "--json");
  }
}
