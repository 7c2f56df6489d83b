package altiplano.cli;

import altiplano.hub.ModelStore;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Removes models from the store.
@Command(name = "remove")
final class RemoveCommand implements Runnable {
  private final Streams streams;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "NAME", arity = "1..*")
  private List<String> names = List.of();

  RemoveCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var store = ModelStore.of(Environment.variables());
    for (var name : names) {
      if (store.find(name).isEmpty()) {
        throw new CommandException(
            name + ": not in the store. 'altiplano list' shows what is there.");
      }
    }
    for (var name : names) {
      store.remove(name);
      report.messages(streams).say(name + ": removed.");
    }
  }
}
