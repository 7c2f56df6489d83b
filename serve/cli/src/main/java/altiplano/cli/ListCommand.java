package altiplano.cli;

import altiplano.hub.ModelStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Lists the models in the store.
@Command(name = "list")
final class ListCommand implements Runnable {
  private final Streams streams;
  @Mixin ReportOptions report;

  @Option(names = "--json")
  private boolean json;

  ListCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var models = ModelStore.of(Environment.variables()).list();
    int width = models.stream().mapToInt(model -> model.name().length()).max().orElse(0);
    for (var model : models) {
      streams
          .out()
          .println(
              json
                  ? PullCommand.json(model).write()
                  : "%s  %9s  %s  %s"
                      .formatted(
                          model.name() + " ".repeat(width - model.name().length()),
                          ProgressBar.size(model.bytes()),
                          model.commit().substring(0, Math.min(12, model.commit().length())),
                          model.revision()));
    }
    if (models.isEmpty()) {
      report
          .messages(streams)
          .say("the store is empty. 'altiplano pull ORGANISATION/NAME' fetches a model.");
    }
  }
}
