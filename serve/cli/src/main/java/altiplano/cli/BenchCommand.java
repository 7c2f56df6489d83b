package altiplano.cli;

import altiplano.files.Json;
import altiplano.files.ModelFile;
import altiplano.kernels.MachineLimits;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaConfig;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import altiplano.model.RandomModel;
import altiplano.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Measures the speed of a model: a prompt of 512 tokens (`pp512`) and 128 generated ones
/// (`tg128`), as llama.cpp's `llama-bench` does.
@Command(name = "bench")
final class BenchCommand implements Runnable {
  private static final int PROMPT = 512;
  private static final int GENERATED = 128;

  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private EngineOptions engine;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "MODEL", arity = "0..1")
  private Optional<String> model = Optional.empty();

  @Option(names = "--synthetic", paramLabel = "1b|3b|8b")
  private Optional<String> synthetic = Optional.empty();

  @Option(names = "--type", paramLabel = "T", defaultValue = "q8_0")
  private ElementType type;

  @Option(names = "--limits")
  private boolean limits;

  @Option(names = "--repetitions", paramLabel = "N", defaultValue = "5")
  private int repetitions;

  @Option(names = "--json")
  private boolean json;

  BenchCommand(Streams streams) {
    this.streams = streams;
  }

  /// One measured test.
  ///
  /// @param tokensPerSecond one a repetition, in rising order
  /// @param shareOfLimit of the median
  private record Result(String test, double[] tokensPerSecond, Optional<Double> shareOfLimit) {
    double median() {
      int n = tokensPerSecond.length;
      return (tokensPerSecond[(n - 1) / 2] + tokensPerSecond[n / 2]) / 2;
    }

    double min() {
      return tokensPerSecond[0];
    }

    double max() {
      return tokensPerSecond[tokensPerSecond.length - 1];
    }
  }

  @Override
  public void run() {
    if (repetitions < 1) {
      throw new ParameterException(spec.commandLine(), "--repetitions is at least 1");
    }
    Messages messages = report.messages(streams);
    Optional<MachineLimits> measured = Optional.empty();
    if (limits) {
      messages.say("measuring the machine's limits...");
      measured = Optional.of(MachineLimits.measure(engine.kernels().threads()));
    }
    var results = new ArrayList<Result>();
    try (ModelFile file = open(messages)) {
      Work work = Work.of(file);
      try (LlamaModel model = LlamaModel.of(file, engine.model())) {
        results.add(measure("pp" + prompt(model), model, measured.map(work::promptLimit)));
        results.add(measure("tg" + generated(model), model, measured.map(work::generationLimit)));
        streams
            .out()
            .print(json ? json(model, work, measured, results) : table(model, work, results));
      }
    }
  }

  private ModelFile open(Messages messages) {
    if (model.isPresent() == synthetic.isPresent()) {
      throw new ParameterException(spec.commandLine(), "give either MODEL or --synthetic");
    }
    if (model.isPresent()) return ModelFile.open(ModelArgument.path(model.get()));
    String size = synthetic.get().toLowerCase(Locale.ROOT);
    LlamaConfig config =
        switch (size) {
          case "1b" -> LlamaConfig.llama1b();
          case "3b" -> LlamaConfig.llama3b();
          case "8b" -> LlamaConfig.llama8b();
          default ->
              throw new ParameterException(
                  spec.commandLine(), "--synthetic is 1b, 3b or 8b, not " + synthetic.get());
        };
    messages.say("making random weights of the " + size + " shape in " + type + "...");
    return RandomModel.of(config, type, 1);
  }

  /// What a token costs: in decoding the bytes of all weights read, in a prompt the products of the
  /// blocks (the output head multiplies the last row alone).
  ///
  /// @param type that most bytes are in
  private record Work(ElementType type, long bytes, long parameters) {
    static Work of(ModelFile file) {
      boolean tied = !file.tensors().containsKey("output.weight");
      long bytes = 0;
      long parameters = 0;
      var byType = new EnumMap<ElementType, Long>(ElementType.class);
      for (var entry : file.tensors().entrySet()) {
        var tensor = entry.getValue();
        // Of a table that is no output head too, a token reads one row.
        if (entry.getKey().startsWith("token_embd") && !tied) continue;
        bytes += tensor.data().byteSize();
        byType.merge(tensor.type(), tensor.data().byteSize(), Long::sum);
        boolean inBlock = entry.getKey().startsWith("blk.");
        if (inBlock && tensor.shape().dimensions().size() == 2) {
          parameters += tensor.shape().elements();
        }
      }
      var most = Collections.max(byType.entrySet(), Map.Entry.comparingByValue()).getKey();
      return new Work(most, bytes, parameters);
    }

    /// Tokens a second if nothing but reading the weights took time.
    double generationLimit(MachineLimits limits) {
      return limits.readBytesPerSecond() / bytes;
    }

    /// Tokens a second if nothing but multiplying and adding took time.
    double promptLimit(MachineLimits limits) {
      return limits.float32Flops() / (2.0 * parameters);
    }
  }

  private static int prompt(LlamaModel model) {
    return Math.min(PROMPT, model.contextLength());
  }

  private static int generated(LlamaModel model) {
    return Math.min(GENERATED, model.contextLength());
  }

  private Result measure(String test, LlamaModel model, Optional<Double> limit) {
    boolean isPrompt = test.startsWith("pp");
    int tokens = isPrompt ? prompt(model) : generated(model);
    pass(model, tokens, isPrompt); // the compiler's turn
    double[] speeds = new double[repetitions];
    for (int i = 0; i < repetitions; i++) {
      long start = System.nanoTime();
      pass(model, tokens, isPrompt);
      speeds[i] = tokens * 1e9 / (System.nanoTime() - start);
    }
    Arrays.sort(speeds);
    var result = new Result(test, speeds, Optional.empty());
    return new Result(test, speeds, limit.map(most -> result.median() / most));
  }

  private static void pass(LlamaModel model, int tokens, boolean isPrompt) {
    int[] ids = new SplittableRandom(1).ints(tokens, 0, model.config().vocabulary()).toArray();
    var logits = new Logits();
    try (KeyValueCache cache = model.newCache()) {
      if (isPrompt) {
        model.forward(Batch.of(cache, ids, Batch.Wanted.LAST), logits);
      } else {
        for (int id : ids) {
          model.forward(Batch.of(cache, new int[] {id}, Batch.Wanted.LAST), logits);
        }
      }
    }
  }

  private static String json(
      LlamaModel model, Work work, Optional<MachineLimits> limits, List<Result> results) {
    var object =
        Json.object().put("model", model.path().toString()).put("machine", Machine.here().toJson());
    limits.ifPresent(measured ->
        object.put(
            "limits",
            Json.object()
                .put("read_bytes_per_second", measured.readBytesPerSecond())
                .put("float32_flops", measured.float32Flops())
                .end()));
    var rows =
        results.stream()
            .<Json>map(result ->
                Json.object()
                    .put("test", result.test())
                    .put("type", work.type().name())
                    .put("engine", model.engine())
                    .put("threads", model.threads())
                    .put(
                        "tokens_per_second",
                        Json.object()
                            .put("median", result.median())
                            .put("min", result.min())
                            .put("max", result.max())
                            .end())
                    .put(
                        "share_of_limit",
                        result.shareOfLimit().<Json>map(Json::of).orElse(new Json.NullValue()))
                    .end())
            .toList();
    return object.put("results", new Json.ArrayValue(rows)).end().write() + "\n";
  }

  private static String table(LlamaModel model, Work work, List<Result> results) {
    var text = new StringBuilder();
    text.append(
        "%s, %s, engine %s, %d threads%n"
            .formatted(model.path(), work.type(), model.engine(), model.threads()));
    text.append("  test     tokens/s (median)       min       max   share of limit\n");
    for (Result result : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-8s%18.1f%10.1f%10.1f%17s%n",
              result.test(),
              result.median(),
              result.min(),
              result.max(),
              result
                  .shareOfLimit()
                  .map(share -> String.format(Locale.ROOT, "%.0f%%", 100 * share))
                  .orElse("")));
    }
    return text.toString();
  }
}
