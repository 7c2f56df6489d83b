package altiplano.cli;

import altiplano.files.Json;
import altiplano.generation.LogProbabilities;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows what a model expects after each token of a list.
@Command(name = "logits")
final class LogitsCommand implements Runnable {
  /// Rows of logits held at once: those of 128,256 tokens take half a megabyte each.
  private static final int ROWS = 64;

  private static final int TOP = 10;

  private final Streams streams;
  @Mixin private ModelArgument model;
  @Mixin ReportOptions report;

  @Option(names = "--tokens", paramLabel = "IDS", required = true)
  private String tokens;

  @Option(names = "--json")
  private boolean json;

  LogitsCommand(Streams streams) {
    this.streams = streams;
  }

  /// What a model expects after one token.
  ///
  /// @param nextLogProbability of the token that follows in the list; NaN at its end
  private record Position(int argmax, float logit, double logSumExp, double nextLogProbability) {
    static Position of(float[] logits, int next) {
      int argmax = 0;
      for (int id = 1; id < logits.length; id++) if (logits[id] > logits[argmax]) argmax = id;
      double sum = LogProbabilities.logSumExp(logits);
      return new Position(argmax, logits[argmax], sum, next < 0 ? Double.NaN : logits[next] - sum);
    }

    Json toJson() {
      return Json.object()
          .put("argmax", argmax)
          .put("logit", logit)
          .put("logsumexp", logSumExp)
          .put(
              "next_logprob",
              Double.isNaN(nextLogProbability) ? new Json.NullValue() : Json.of(nextLogProbability))
          .end();
    }
  }

  @Override
  public void run() {
    int[] ids = TokenIds.parse("--tokens", tokens);
    if (ids.length == 0) throw new CommandException("--tokens: empty. Give at least one id.");
    try (LlamaModel model = this.model.openExact(report.messages(streams));
        KeyValueCache cache = model.newCache()) {
      var positions = new ArrayList<Position>();
      var logits = new Logits();
      var row = new float[model.config().vocabulary()];
      for (int from = 0; from < ids.length; from += ROWS) {
        int to = Math.min(from + ROWS, ids.length);
        model.forward(Batch.of(cache, Arrays.copyOfRange(ids, from, to), Batch.Wanted.ALL), logits);
        for (int i = from; i < to; i++) {
          logits.copy(i - from, row);
          positions.add(Position.of(row, i + 1 < ids.length ? ids[i + 1] : -1));
        }
      }
      List<Integer> top = top(row);
      streams.out().print(json ? json(ids, positions, top, row) : table(ids, positions));
    }
  }

  private static List<Integer> top(float[] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]))
        .limit(TOP)
        .toList();
  }

  private static String json(
      int[] ids, List<Position> positions, List<Integer> top, float[] lastRow) {
    return Json.object()
            .put(
                "tokens", new Json.ArrayValue(Arrays.stream(ids).<Json>mapToObj(Json::of).toList()))
            .put(
                "positions", new Json.ArrayValue(positions.stream().map(Position::toJson).toList()))
            .put(
                "last_top",
                new Json.ArrayValue(
                    top.stream()
                        .<Json>map(
                            id -> Json.object().put("id", id).put("logit", lastRow[id]).end())
                        .toList()))
            .end()
            .write()
        + "\n";
  }

  private static String table(int[] ids, List<Position> positions) {
    var text = new StringBuilder("   token  argmax      logit  logsumexp  next log-probability\n");
    for (int i = 0; i < ids.length; i++) {
      Position at = positions.get(i);
      text.append(
          String.format(
              Locale.ROOT,
              "%8d%8d%11.4f%11.4f%s%n",
              ids[i],
              at.argmax(),
              at.logit(),
              at.logSumExp(),
              Double.isNaN(at.nextLogProbability())
                  ? ""
                  : String.format(Locale.ROOT, "%22.4f", at.nextLogProbability())));
    }
    return text.toString();
  }
}
