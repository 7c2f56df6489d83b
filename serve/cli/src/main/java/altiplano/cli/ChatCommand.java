package altiplano.cli;

import altiplano.generation.Generation;
import altiplano.generation.GenerationOptions;
import altiplano.generation.Prompts;
import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Talks with a model: a line in, a reply out.
@Command(name = "chat")
final class ChatCommand implements Runnable {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private ModelArgument model;
  @Mixin private PromptOptions prompts;
  @Mixin private SamplingOptions sampling;
  @Mixin private ConstraintOptions constraints;
  @Mixin ReportOptions report;

  ChatCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    options(GenerationOptions.GREEDY); // wrong values are told before a model is loaded
    Messages messages = report.messages(streams);
    try (LlamaModel model = this.model.open(messages);
        KeyValueCache read = model.newCache()) {
      var conversation =
          new Conversation(model, read, prompts.chatFormat(model, messages), prompts.opening());
      GenerationOptions options = options(GenerationOptions.of(model));
      BufferedReader lines = streams.lines();
      for (String line = line(lines); line != null; line = line(lines)) {
        if (!line.isBlank()) conversation.answer(line, options, streams.out());
      }
    }
  }

  private GenerationOptions options(GenerationOptions defaults) {
    try {
      return constraints.over(sampling.over(defaults));
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
    }
  }

  private static @org.jspecify.annotations.Nullable String line(BufferedReader lines) {
    try {
      return lines.readLine();
    } catch (IOException broken) {
      throw new UncheckedIOException("standard input: cannot be read", broken);
    }
  }

  /// What has been said, and the cache that has read it.
  private static final class Conversation {
    private final LlamaModel model;
    private final KeyValueCache read;
    private final Optional<ChatFormat> format;
    private final List<Message> turns;
    private final StringBuilder text = new StringBuilder();

    /// @param format empty for a model without one: it goes on from all that was said
    Conversation(
        LlamaModel model, KeyValueCache read, Optional<ChatFormat> format, List<Message> opening) {
      this.model = model;
      this.read = read;
      this.format = format;
      this.turns = opening;
    }

    void answer(String line, GenerationOptions options, Output out) {
      turns.add(Message.user(line));
      text.append(line);
      int[] prompt =
          format
              .map(chat -> chat.prompt(turns))
              .orElseGet(() -> Prompts.raw(model.tokenizer(), text.toString()));
      readAhead(prompt);
      try (var generation = Generation.start(model, read.fork(), prompt, options)) {
        while (generation.hasNext()) out.print(generation.next().text()).flush();
        out.print("\n").flush();
        String reply = generation.completion().text();
        turns.add(Message.assistant(reply));
        text.append(reply).append('\n');
      }
    }

    /// Reads the prompt but for its last token, which chooses the first of the reply; what an
    /// earlier turn has read is not read again.
    private void readAhead(int[] prompt) {
      int[] before = Arrays.copyOf(prompt, prompt.length - 1);
      int differs = Arrays.mismatch(read.tokens(), before);
      read.truncate(differs < 0 ? read.length() : Math.min(differs, read.length()));
      if (read.length() < before.length) {
        int[] rest = Arrays.copyOfRange(before, read.length(), before.length);
        model.forward(Batch.of(read, rest, Batch.Wanted.NONE));
      }
    }
  }
}
