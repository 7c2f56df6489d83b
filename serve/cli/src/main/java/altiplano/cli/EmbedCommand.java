package altiplano.cli;

import altiplano.files.Json;
import altiplano.generation.Prompts;
import altiplano.model.Head;
import altiplano.model.Head.Pooling;
import altiplano.model.LlamaModel;
import altiplano.model.TextEncoder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Turns texts into vectors of length 1.
@Command(name = "embed")
final class EmbedCommand implements Runnable {
  /// Texts that are given to the model together; it reads as many at once as it likes.
  private static final int ROWS = 64;

  private final Streams streams;
  @Mixin private ModelArgument model;
  @Mixin ReportOptions report;

  @Option(names = "--input", paramLabel = "FILE", required = true)
  private String input;

  @Option(names = "--level", paramLabel = "word|sentence|paragraph", defaultValue = "sentence")
  private Level level;

  @Option(names = "--pooling", paramLabel = "last|mean")
  private Optional<Pooling> pooling = Optional.empty();

  @Option(names = "--json")
  private boolean json;

  EmbedCommand(Streams streams) {
    this.streams = streams;
  }

  enum Level {
    /// The mean of the tokens' own vectors, without context.
    WORD,
    SENTENCE,
    PARAGRAPH
  }

  @Override
  public void run() {
    var rows = Inputs.rows(input, streams);
    try (LlamaModel model = this.model.open(report.messages(streams))) {
      for (int from = 0; from < rows.size(); from += ROWS) {
        var some = rows.subList(from, Math.min(from + ROWS, rows.size()));
        for (float[] vector : vectors(model, some.stream().map(row -> ids(model, row)).toList())) {
          streams.out().println(json ? toJson(vector) : toText(vector));
        }
        streams.out().flush();
      }
    }
  }

  private int[] ids(LlamaModel model, Inputs.Row row) {
    String text = row.field("text");
    int[] ids =
        level == Level.WORD ? model.tokenizer().encode(text) : Prompts.raw(model.tokenizer(), text);
    if (ids.length == 0) throw new CommandException(row.source() + ": empty. Give a text.");
    return ids;
  }

  /// A model that was trained for it has a head that makes vectors; else hidden states are pooled.
  private List<float[]> vectors(LlamaModel model, List<int[]> texts) {
    var encoder = new TextEncoder(model);
    if (level == Level.WORD) return texts.stream().map(encoder::wordVector).toList();
    Optional<Head> trained =
        model.heads().stream().filter(head -> head.kind() == Head.Kind.EMBEDDING).findFirst();
    return trained.isPresent() && pooling.isEmpty()
        ? encoder.vectors(texts, trained.get())
        : encoder.vectors(texts, pooling.orElse(Pooling.MEAN));
  }

  private static String toJson(float[] vector) {
    var elements =
        IntStream.range(0, vector.length).<Json>mapToObj(i -> Json.of(vector[i])).toList();
    return Json.object().put("embedding", new Json.ArrayValue(elements)).end().write();
  }

  private static String toText(float[] vector) {
    return String.join(
        " ", IntStream.range(0, vector.length).mapToObj(i -> Float.toString(vector[i])).toList());
  }
}
