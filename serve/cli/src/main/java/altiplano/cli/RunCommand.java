package altiplano.cli;

import altiplano.generation.Completion;
import altiplano.generation.Finish;
import altiplano.generation.GenerationOptions;
import altiplano.generation.LogProbabilities;
import altiplano.generation.PromptCache;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Goes on from a prompt.
@Command(name = "run")
final class RunCommand implements Runnable {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private ModelArgument model;
  @Mixin private PromptOptions prompts;
  @Mixin private TextOptions text;
  @Mixin ReportOptions report;

  @Parameters(paramLabel = "PROMPT", index = "1")
  private String prompt;

  /// Tokens of a text that was cut before it had its form.
  private int cut;

  private List<LogProbabilities> promptScores = List.of();

  RunCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    text.check(spec);
    String asked = prompt.equals("-") ? withoutLastBreak(streams.readAll()) : prompt;

    Messages messages = report.messages(streams);
    try (LlamaModel model = this.model.open(messages)) {
      int[] ids = prompts.ids(model, asked, messages);
      if (ids.length == 0) {
        throw new CommandException("PROMPT: empty, and the model has no begin-of-text. Give one.");
      }
      var options = text.over(model);
      if (text.echo()) streams.out().print(asked).flush();
      promptScores = text.promptLogProbabilities(model, ids);
      if (text.beams().isPresent()) {
        for (Completion found : text.search(model, ids, options)) {
          if (!text.json()) streams.out().print(found.text()).flush();
          tell(found, options, messages);
        }
      } else {
        write(model, ids, text.shifting(options, model, ids.length), messages);
      }
    }
    if (cut > 0) {
      throw new CommandException(
          "the text was cut at %,d tokens before it had the form asked for. Raise --max-tokens."
              .formatted(cut));
    }
  }

  private void write(LlamaModel model, int[] ids, GenerationOptions options, Messages messages) {
    try (PromptCache known = text.prompts(model);
        SpeculationOptions.Source guesses = text.speculation(model, this.model);
        KeyValueCache read = known.take(ids)) {
      if (text.count() > 1) readShared(model, read, ids);
      for (int i = 0; i < text.count(); i++) {
        var completion =
            text.write(
                model,
                read.fork(),
                ids,
                seeded(options, i),
                guesses,
                Optional.of(known),
                generation -> {},
                piece -> streams.out().print(piece).flush());
        tell(completion, options, messages);
      }
      text.save(known);
    }
  }

  /// Reads what all completions have in common. The last token is left to each: its logits choose
  /// the first new one.
  private static void readShared(LlamaModel model, KeyValueCache read, int[] ids) {
    if (ids.length >= model.contextLength() || read.length() >= ids.length - 1) return;
    int[] shared = Arrays.copyOfRange(ids, read.length(), ids.length - 1);
    model.forward(Batch.of(read, shared, Batch.Wanted.NONE));
  }

  /// Several completions of one seed differ, and can be repeated.
  private static GenerationOptions seeded(GenerationOptions options, int index) {
    return options.seed().isPresent() && index > 0
        ? options.withSeed(options.seed().getAsLong() + index)
        : options;
  }

  private void tell(Completion completion, GenerationOptions options, Messages messages) {
    if (text.json()) {
      streams.out().println(text.toJson(completion, promptScores)).flush();
    } else if (streams.terminal() || text.count() > 1) {
      streams.out().println("").flush();
    }
    messages.say(() -> CompletionJson.figures(completion));
    if (completion.finish() == Finish.LENGTH
        && options.constraint().filter(form -> !form.accepts(completion.text())).isPresent()) {
      cut = completion.tokens().size();
    }
  }

  /// A line that was piped in ends in a break that is not meant.
  private static String withoutLastBreak(byte[] input) {
    String text = Inputs.decode("standard input", input);
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }
}
