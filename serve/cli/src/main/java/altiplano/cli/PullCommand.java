package altiplano.cli;

import altiplano.files.Json;
import altiplano.hub.ModelStore;
import altiplano.hub.ModelStore.Model;
import altiplano.hub.Network;
import altiplano.hub.Source;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Fetches a model into the store of this machine.
@Command(name = "pull")
final class PullCommand implements Runnable {
  /// The JDK's client refuses to send a password to a proxy for encrypted connections unless this
  /// is empty; the password goes to the proxy that the user named, and nowhere else.
  private static final String PROXY_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  private final Streams streams;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "NAME", index = "0")
  private String name;

  @Option(names = "--source", paramLabel = "SOURCE", defaultValue = "huggingface")
  private String source;

  @Option(names = "--revision", paramLabel = "REVISION")
  private Optional<String> revision = Optional.empty();

  @Option(names = "--include", paramLabel = "PATTERN")
  private List<String> include = List.of();

  @Option(names = "--offline")
  private boolean offline;

  @Option(names = "--json")
  private boolean json;

  PullCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var environment = Environment.variables();
    var store = ModelStore.of(environment);
    var before = store.find(name);
    var messages = report.messages(streams);
    Model model =
        offline(environment.getOrDefault("HF_HUB_OFFLINE", "")) ? inStore(before) : fetch(store);
    before
        .filter(old -> !old.commit().equals(model.commit()))
        .ifPresent(old ->
            messages.say(
                "%s: changed: %s is %s now and was %s."
                    .formatted(name, model.revision(), model.commit(), old.commit())));
    if (before.equals(Optional.of(model))) messages.say(name + ": is here in its present state.");
    streams.out().println(json ? json(model).write() : model.file().toString());
  }

  private boolean offline(String variable) {
    return offline || "1".equals(variable);
  }

  private Model inStore(Optional<Model> here) {
    var model =
        here.orElseThrow(() ->
            new CommandException(
                name
                    + ": not in the store. Pull it without --offline, or from a folder by"
                    + " --source."));
    if (revision.isEmpty()
        || model.revision().equals(revision.get())
        || model.commit().startsWith(revision.get())) {
      return model;
    }
    throw new CommandException(
        "%s: the store holds revision %s (%s), not %s. Pull it without --offline."
            .formatted(name, model.revision(), model.commit(), revision.get()));
  }

  private Model fetch(ModelStore store) {
    var environment = Environment.variables();
    var from = Source.of(source, environment);
    var network = Network.of(environment);
    if (network.proxyLogin().isPresent() && System.getProperty(PROXY_SCHEMES) == null) {
      System.setProperty(PROXY_SCHEMES, "");
    }
    var request =
        new ModelStore.Request(
            from, name, revision.orElse(from.defaultRevision()), include, from.token(environment));
    try (var bar = ProgressBar.of(name, report.messages(streams), streams)) {
      return store.pull(request, network, bar::at);
    }
  }

  static Json.ObjectValue json(Model model) {
    return Json.object()
        .put("name", model.name())
        .put("path", model.file().toString())
        .put("revision", model.revision())
        .put("commit", model.commit())
        .put("bytes", model.bytes())
        .put("source", model.source())
        .end();
  }
}
