package altiplano.cli;

import altiplano.files.Json;
import altiplano.generation.LogProbabilities;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import altiplano.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures how well a model expects a text.
@Command(name = "perplexity")
final class PerplexityCommand implements Runnable {
  private static final int ROWS = 64;

  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private ModelArgument model;
  @Mixin ReportOptions report;

  @Option(names = "--input", paramLabel = "FILE", required = true)
  private String input;

  @Option(names = "--stride", paramLabel = "N")
  private Optional<Integer> stride = Optional.empty();

  @Option(names = "--json")
  private boolean json;

  PerplexityCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    var documents = Inputs.documents(input, streams);
    try (LlamaModel model = this.model.open(report.messages(streams))) {
      int window = model.contextLength();
      int step = stride.orElse(Math.max(1, window / 2));
      if (step < 1 || step > window) {
        throw new ParameterException(
            spec.commandLine(), "--stride is from 1 to the context of " + window);
      }
      for (var document : documents) {
        String text = document.field("text");
        var score = score(model, document.source(), text, window, step);
        streams.out().println(json ? score.toJson().write() : score.toText()).flush();
      }
    }
  }

  /// Negative log-probabilities of a document's tokens.
  ///
  /// @param sum and `squares` of them, in nats
  private record Score(int tokens, double sum, double squares, long bytes) {
    double mean() {
      return sum / tokens;
    }

    /// Of the mean, the tokens taken as independent.
    double standardError() {
      double variance = Math.max(0, squares / tokens - mean() * mean());
      return tokens < 2 ? 0 : Math.sqrt(variance / (tokens - 1));
    }

    double bitsPerByte() {
      return sum / Math.log(2) / bytes;
    }

    Json toJson() {
      return Json.object()
          .put("tokens", tokens)
          .put("nats_per_token", mean())
          .put("standard_error", standardError())
          .put("perplexity", Math.exp(mean()))
          .put("bits_per_byte", bitsPerByte())
          .end();
    }

    String toText() {
      return String.format(
          Locale.ROOT,
          "%,d tokens: perplexity %.4f (%.4f ± %.4f nats a token), %.4f bits a byte",
          tokens,
          Math.exp(mean()),
          mean(),
          standardError(),
          bitsPerByte());
    }
  }

  /// Reads the document in windows that overlap by all but `step` tokens; each token is scored
  /// once, by the window in which it stands furthest from the beginning that has not been scored
  /// before.
  private Score score(LlamaModel model, String source, String text, int window, int step) {
    int[] ids = withBeginOfText(model.tokenizer(), text);
    if (ids.length < 2) {
      throw new CommandException(source + ": nothing to score. Give a text of some tokens.");
    }
    double sum = 0;
    double squares = 0;
    int scored = 1;
    var logits = new Logits();
    var row = new float[model.config().vocabulary()];
    for (int start = 0; scored < ids.length; start += step) {
      int end = Math.min(start + window, ids.length);
      try (KeyValueCache cache = model.newCache()) {
        for (int from = start; from < end - 1; from += ROWS) {
          int to = Math.min(from + ROWS, end - 1);
          boolean wanted = to >= scored;
          model.forward(
              Batch.of(
                  cache,
                  Arrays.copyOfRange(ids, from, to),
                  wanted ? Batch.Wanted.ALL : Batch.Wanted.NONE),
              logits);
          for (int i = Math.max(from, scored - 1); i < to; i++, scored++) {
            logits.copy(i - from, row);
            double nats = LogProbabilities.logSumExp(row) - row[ids[i + 1]];
            sum += nats;
            squares += nats * nats;
          }
        }
      }
    }
    return new Score(ids.length - 1, sum, squares, text.getBytes(StandardCharsets.UTF_8).length);
  }

  private static int[] withBeginOfText(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    return tokenizer.beginOfText().isPresent()
        ? IntStream.concat(IntStream.of(tokenizer.beginOfText().getAsInt()), Arrays.stream(ids))
            .toArray()
        : ids;
  }
}
