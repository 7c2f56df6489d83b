package altiplano.cli;

import altiplano.model.LlamaModel;
import java.io.Console;
import java.nio.file.Path;
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
  @Mixin private TextOptions text;
  @Mixin ReportOptions report;

  ChatCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    text.check(spec);
    if (text.count() > 1) {
      throw new ParameterException(spec.commandLine(), "a chat has one reply a turn, not --n");
    }
    Messages messages = report.messages(streams);
    try (LlamaModel model = this.model.open(messages);
        var guesses = text.speculation(model, this.model);
        var known = text.prompts(model);
        var lines = lines(messages)) {
      var conversation =
          new Conversation(model, prompts.chatFormat(model, messages), prompts.opening());
      var chat =
          new Chat(
              model,
              conversation,
              text,
              new Chat.Settings(given()),
              guesses,
              known,
              lines,
              streams,
              messages);
      chat.run();
      text.save(known);
    }
  }

  /// Returns the options of the sampler that were given, as they were written.
  private List<String> given() {
    return spec.commandLine().getParseResult().matchedOptions().stream()
        .filter(option -> Chat.Settings.knows(option.longestName()))
        .flatMap(option ->
            option.originalStringValues().stream().map(v -> option.longestName() + "=" + v))
        .distinct()
        .toList();
  }

  /// Returns lines that are typed where input and output are a terminal, else those of the input.
  private ChatLines lines(Messages messages) {
    boolean typed = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    if (!streams.terminal() || !typed) {
      return ChatLines.of(streams.lines());
    }
    return new TerminalLines(
        TerminalLines.terminal(),
        Optional.of(history()),
        Chat.commands(),
        () -> messages.say(Chat.message("chat.leave")));
  }

  private static Path history() {
    String home = System.getenv("ALTIPLANO_HOME");
    return (home == null ? Path.of(System.getProperty("user.home"), ".altiplano") : Path.of(home))
        .resolve("chat-history");
  }
}
