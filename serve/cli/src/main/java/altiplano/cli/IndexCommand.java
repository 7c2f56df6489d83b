package altiplano.cli;

import altiplano.search.Document;
import altiplano.search.DocumentIndex;
import altiplano.search.Embedder;
import altiplano.tasks.Llama3Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a folder of texts searchable, or brings its index up to date.
@Command(name = "index")
final class IndexCommand implements Runnable {
  private final Streams streams;
  @Mixin private TaskModel model;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "DIR", index = "0")
  private Path folder;

  @Option(names = "--output", paramLabel = "INDEX", required = true)
  private Path index;

  @Option(names = "--words-only")
  private boolean wordsOnly;

  IndexCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    if (!Files.isDirectory(folder)) {
      throw new CommandException(folder + ": no folder. Give one with .txt or .md files.");
    }
    var messages = report.messages(streams);
    var documents = Document.in(folder, messages::say);
    if (documents.isEmpty()) {
      throw new CommandException(folder + ": holds no .txt or .md file. Choose another folder.");
    }
    if (!wordsOnly && !model.isGiven()) {
      messages.say("no model comes with this program: indexing words alone. See --model.");
    }
    if (wordsOnly || !model.isGiven()) {
      update(documents, Optional.empty(), messages);
      return;
    }
    try (Llama3Model opened = model.open()) {
      update(documents, Optional.of(Embedder.of(opened)), messages);
    }
  }

  private void update(List<Document> documents, Optional<Embedder> embedder, Messages messages) {
    try (var open = DocumentIndex.open(index, embedder)) {
      var progress = new Progress(messages, documents.size());
      var done = open.update(documents, progress::at);
      messages.say(
          "%s: %,d documents added, %,d changed, %,d removed, %,d as they were; %,d passages."
              .formatted(
                  index,
                  done.added(),
                  done.changed(),
                  done.removed(),
                  done.unchanged(),
                  done.passages()));
    }
  }
}
