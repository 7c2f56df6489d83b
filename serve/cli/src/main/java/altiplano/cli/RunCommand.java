package altiplano.cli;

import altiplano.files.Json;
import altiplano.generation.Completion;
import altiplano.generation.Finish;
import altiplano.generation.Generation;
import altiplano.generation.GenerationOptions;
import altiplano.generation.LogProbabilities;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Goes on from a prompt.
@Command(name = "run")
final class RunCommand implements Runnable {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private ModelArgument model;
  @Mixin private PromptOptions prompts;
  @Mixin private SamplingOptions sampling;
  @Mixin private ConstraintOptions constraints;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "PROMPT", index = "1")
  private String prompt;

  @Option(names = "--echo")
  private boolean echo;

  @Option(names = "--n", paramLabel = "N", defaultValue = "1")
  private int count;

  @Option(names = "--json")
  private boolean json;

  @Option(names = "--logprobs", paramLabel = "K")
  private Optional<Integer> logProbabilities = Optional.empty();

  RunCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    // Wrong values are told before a model is loaded.
    options(GenerationOptions.GREEDY);
    if (count < 1) throw new ParameterException(spec.commandLine(), "--n is at least 1");
    String text = prompt.equals("-") ? withoutLastBreak(streams.readAll()) : prompt;

    Messages messages = report.messages(streams);
    try (LlamaModel model = this.model.open(messages)) {
      var options = options(GenerationOptions.of(model));
      int[] ids = prompts.ids(model, text, messages);
      if (ids.length == 0) {
        throw new CommandException("PROMPT: empty, and the model has no begin-of-text. Give one.");
      }
      if (echo && !json) streams.out().print(text).flush();
      try (KeyValueCache read = model.newCache()) {
        if (count > 1 && ids.length > 1) {
          // The last token is left to each completion: its logits choose the first new one.
          int[] shared = Arrays.copyOf(ids, ids.length - 1);
          model.forward(Batch.of(read, shared, Batch.Wanted.NONE));
        }
        for (int i = 0; i < count; i++) {
          complete(model, read.fork(), ids, seeded(options, i), messages);
        }
      }
    }
  }

  private GenerationOptions options(GenerationOptions defaults) {
    try {
      var options = constraints.over(sampling.over(defaults));
      return logProbabilities.map(options::withLogProbabilities).orElse(options);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
    }
  }

  /// Several completions of one seed differ, and can be repeated.
  private static GenerationOptions seeded(GenerationOptions options, int index) {
    return options.seed().isPresent() && index > 0
        ? options.withSeed(options.seed().getAsLong() + index)
        : options;
  }

  private void complete(
      LlamaModel model,
      KeyValueCache cache,
      int[] prompt,
      GenerationOptions options,
      Messages messages) {
    try (var generation = Generation.start(model, cache, prompt, options)) {
      while (generation.hasNext()) {
        String piece = generation.next().text();
        if (!json) streams.out().print(piece).flush();
      }
      Completion completion = generation.completion();
      if (json) {
        streams.out().println(toJson(completion).write()).flush();
      } else if (streams.terminal() || count > 1) {
        streams.out().println("").flush();
      }
      messages.say(() -> figures(completion));
      if (completion.finish() == Finish.LENGTH
          && options.constraint().filter(form -> !form.accepts(completion.text())).isPresent()) {
        throw new CommandException(
            "the text was cut at %,d tokens before it had the form asked for. Raise --max-tokens."
                .formatted(completion.tokens().size()));
      }
    }
  }

  private static String figures(Completion completion) {
    int generated = completion.tokens().size();
    double seconds = completion.generationTime().toNanos() / 1e9;
    return String.format(
        Locale.ROOT,
        "%,d prompt tokens in %.2f s, then %,d tokens in %.2f s (%.1f a second)",
        completion.promptTokens(),
        completion.promptTime().toNanos() / 1e9,
        generated,
        seconds,
        // The first token is chosen by the prompt's own pass.
        Math.max(0, generated - 1) / Math.max(seconds, 1e-9));
  }

  private Json toJson(Completion completion) {
    var object =
        Json.object()
            .put("text", completion.text())
            .put("tokens", ids(completion.tokens()))
            .put("finish", completion.finish().name().toLowerCase(Locale.ROOT))
            .put("prompt_tokens", completion.promptTokens())
            .put("generated_tokens", completion.tokens().size());
    if (logProbabilities.isPresent()) {
      object.put(
          "logprobs",
          new Json.ArrayValue(completion.logProbabilities().stream().map(this::toJson).toList()));
    }
    return object.end();
  }

  private Json toJson(LogProbabilities token) {
    return Json.object()
        .put("id", token.id())
        .put("logprob", token.logProbability())
        .put(
            "top",
            new Json.ArrayValue(
                token.top().stream()
                    .<Json>map(other ->
                        Json.object()
                            .put("id", other.id())
                            .put("logprob", other.logProbability())
                            .end())
                    .toList()))
        .end();
  }

  private static Json ids(List<Integer> ids) {
    return new Json.ArrayValue(ids.stream().<Json>map(Json::of).toList());
  }

  /// A line that was piped in ends in a break that is not meant.
  private static String withoutLastBreak(byte[] input) {
    String text = Inputs.decode("standard input", input);
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }
}
