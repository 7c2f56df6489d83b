package altiplano.cli;

import altiplano.files.Json;
import altiplano.search.DocumentIndex;
import altiplano.search.Embedder;
import altiplano.tasks.Llama3Model;
import altiplano.tasks.Passage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Searches an index by words and by meaning.
@Command(name = "search")
final class SearchCommand implements Runnable {
  private final Streams streams;
  @Mixin private TaskModel model;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "INDEX", index = "0")
  private Path index;

  @Parameters(paramLabel = "QUERY", index = "1")
  private String query;

  @Option(names = "--top", paramLabel = "N", defaultValue = "10")
  private int top;

  @Option(names = "--json")
  private boolean json;

  SearchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    if (top < 1) throw new CommandException("--top: " + top + " is less than 1. Give 1 or more.");
    List<Passage> hits = with(index, model, (open, _) -> open.search(query, top));
    streams.out().println(json ? toJson(hits) : toText(hits));
  }

  /// What is done with an index.
  interface Use<T> {
    /// Uses the index; the model is there if the index has vectors.
    T of(DocumentIndex index, Optional<Llama3Model> model);
  }

  /// Opens an index for searching, with the model that its vectors need.
  static <T> T with(Path index, TaskModel model, Use<T> use) {
    boolean vectors =
        DocumentIndex.hasVectors(index)
            .orElseThrow(() ->
                new CommandException(
                    index + ": no index. Make one with: altiplano index DIR --output " + index));
    if (!vectors) {
      try (var open = DocumentIndex.open(index, Optional.empty())) {
        return use.of(open, Optional.empty());
      }
    }
    try (Llama3Model opened = model.open();
        var open = DocumentIndex.open(index, Optional.of(Embedder.of(opened)))) {
      return use.of(open, Optional.of(opened));
    }
  }

  private static String toJson(List<Passage> hits) {
    Function<Passage, Json> hit =
        passage ->
            Json.object()
                .put("document", passage.document())
                .put("score", passage.score())
                .put("start", passage.start())
                .put("end", passage.end())
                .put("text", passage.text())
                .end();
    return Json.object()
        .put("hits", new Json.ArrayValue(hits.stream().map(hit).toList()))
        .end()
        .write();
  }

  private String toText(List<Passage> hits) {
    var lines = new StringBuilder();
    for (Passage hit : hits) {
      String name = "%s [%d, %d)".formatted(hit.document(), hit.start(), hit.end());
      lines.append(streams.colour() ? "\u001b[1;36m" + name + "\u001b[0m" : name);
      lines.append("  %.4f%n  %s%n".formatted(hit.score(), hit.text().replaceAll("\\s+", " ")));
    }
    return lines.toString().stripTrailing();
  }
}
