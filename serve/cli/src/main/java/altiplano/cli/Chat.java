package altiplano.cli;

import altiplano.generation.Completion;
import altiplano.generation.Finish;
import altiplano.generation.Generation;
import altiplano.generation.GenerationOptions;
import altiplano.generation.PromptCache;
import altiplano.model.ContextLengthException;
import altiplano.model.LlamaModel;
import altiplano.tokenizer.Message;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/// A chat: turns in, replies out, and commands that begin with a slash.
///
/// A turn that begins with two slashes is one that begins with one. Where nobody types, a slash
/// that begins no known command is a part of the turn.
final class Chat {
  private static final ResourceBundle TEXTS = ResourceBundle.getBundle("altiplano.cli.messages");

  /// The commands, in the order of help.
  enum Slash {
    HELP,
    SYSTEM,
    SAVE,
    LOAD,
    UNDO,
    REGENERATE,
    SET,
    TOKENS,
    EXIT;

    @Override
    public String toString() {
      return "/" + name().toLowerCase(Locale.ROOT);
    }

    static Optional<Slash> of(String line) {
      String name = line.strip().split("\\s", 2)[0];
      for (Slash one : values()) if (one.toString().equals(name)) return Optional.of(one);
      return Optional.empty();
    }
  }

  private final LlamaModel model;
  private final Conversation conversation;
  private final TextOptions text;
  private final Settings settings;
  private final SpeculationOptions.Source guesses;
  private final PromptCache known;
  private final ChatLines lines;
  private final Streams streams;
  private final Messages messages;
  private GenerationOptions options;
  private int attempt;
  private volatile @Nullable Generation writing;

  Chat(
      LlamaModel model,
      Conversation conversation,
      TextOptions text,
      Settings settings,
      SpeculationOptions.Source guesses,
      PromptCache known,
      ChatLines lines,
      Streams streams,
      Messages messages) {
    this.model = model;
    this.conversation = conversation;
    this.text = text;
    this.settings = settings;
    this.guesses = guesses;
    this.known = known;
    this.lines = lines;
    this.streams = streams;
    this.messages = messages;
    options = text.over(model);
  }

  static List<String> commands() {
    var names = new ArrayList<String>();
    for (Slash one : Slash.values()) names.add(one.toString());
    return names;
  }

  static String message(String key) {
    return TEXTS.getString(key);
  }

  void run() {
    lines.onInterrupt(this::cancel);
    if (lines.interactive()) messages.say(message("chat.welcome"));
    for (var line = lines.next(); line.isPresent(); line = lines.next()) {
      if (!take(line.get())) return;
    }
  }

  private void cancel() {
    var current = writing;
    if (current != null) current.cancel();
  }

  /// Takes a line; returns false if it was the last.
  private boolean take(String line) {
    if (line.isBlank()) return true;
    Optional<Slash> command = line.startsWith("/") ? Slash.of(line) : Optional.empty();
    if (command.filter(Slash.EXIT::equals).isPresent()) return false;
    try {
      if (command.isPresent()) {
        obey(command.get(), line.strip().replaceFirst("^\\S+\\s*", ""));
      } else if (line.startsWith("//")) {
        say(line.substring(1));
      } else if (line.startsWith("/") && lines.interactive()) {
        messages.say(message("chat.unknown").formatted(line.strip().split("\\s", 2)[0]));
      } else {
        say(line);
      }
    } catch (CommandException
        | ContextLengthException
        | IllegalArgumentException
        | UncheckedIOException failed) {
      // Whoever types can do something about it.
      if (!lines.interactive()) throw failed;
      messages.err().println(Failures.line(failed)).flush();
    }
    return true;
  }

  private void say(String turn) {
    conversation.add(Message.user(turn));
    attempt = 0;
    try {
      answer();
    } catch (RuntimeException failed) {
      conversation.undo();
      throw failed;
    }
  }

  private void answer() {
    if (text.shiftsContext()) {
      int room = Math.min(options.maxTokens(), model.contextLength() / 4);
      int gone = conversation.makeRoom(Math.max(room, 1));
      if (gone > 0) messages.say("the context is full: the oldest %,d messages go".formatted(gone));
    }
    int[] prompt = conversation.prompt();
    if (text.echo()) {
      streams.out().println(conversation.messages().getLast().content()).flush();
    }
    var completion = complete(prompt);
    var scores = text.promptLogProbabilities(model, prompt);
    streams.out().print(text.json() ? text.toJson(completion, scores) + "\n" : "\n").flush();
    conversation.add(Message.assistant(completion.text()));
    messages.say(() -> figures(completion));
    checkForm(completion);
  }

  private Completion complete(int[] prompt) {
    var drawn =
        options.seed().isPresent()
            ? options.withSeed(options.seed().getAsLong() + attempt)
            : options;
    if (text.beams().isPresent()) {
      var found = text.search(model, prompt, drawn).getFirst();
      if (!text.json()) streams.out().print(found.text());
      return found;
    }
    if (prompt.length >= model.contextLength()) {
      throw new ContextLengthException(prompt.length + 1, model.contextLength());
    }
    try {
      return text.write(
          model,
          known.take(prompt),
          prompt,
          text.shifting(drawn, model, conversation.beginning()),
          guesses,
          Optional.of(known),
          generation -> writing = generation,
          piece -> streams.out().print(piece).flush());
    } finally {
      writing = null;
    }
  }

  private String figures(Completion completion) {
    int used = completion.promptTokens() + completion.tokens().size() - completion.droppedTokens();
    String told =
        "%s; context %,d of %,d"
            .formatted(
                CompletionJson.figures(completion),
                Math.min(used, model.contextLength()),
                model.contextLength());
    return completion.finish() == Finish.CANCELLED ? told + "; interrupted" : told;
  }

  /// A script must not take a text that was cut for one that has its form.
  private void checkForm(Completion completion) {
    if (lines.interactive() || completion.finish() != Finish.LENGTH) return;
    if (options.constraint().filter(form -> !form.accepts(completion.text())).isPresent()) {
      throw new CommandException(
          "the text was cut at %,d tokens before it had the form asked for. Raise --max-tokens."
              .formatted(completion.tokens().size()));
    }
  }

  private void obey(Slash command, String argument) {
    switch (command) {
      case HELP -> messages.err().println(message("chat.help")).flush();
      case SYSTEM -> {
        if (argument.isEmpty()) messages.say(conversation.system().orElse("-"));
        else conversation.system(argument.equals("-") ? "" : argument);
      }
      case SAVE -> {
        conversation.save(file(command, argument));
        messages.say("saved: " + argument);
      }
      case LOAD -> {
        conversation.load(file(command, argument));
        messages.say("loaded: %,d messages".formatted(conversation.messages().size()));
      }
      case UNDO ->
          messages.say(
              conversation.undo().map(turn -> "undone: " + turn).orElse("nothing to undo"));
      case REGENERATE -> {
        conversation.takeReplyBack();
        attempt++;
        if (conversation.asks()) answer();
        else messages.say("nothing to regenerate");
      }
      case SET -> set(argument);
      case TOKENS ->
          messages.say(
              "%,d of %,d tokens".formatted(conversation.prompt().length, model.contextLength()));
      case EXIT -> {}
    }
  }

  private static Path file(Slash command, String argument) {
    if (argument.isEmpty()) throw new CommandException(command + ": name a file");
    return Path.of(argument);
  }

  private void set(String argument) {
    if (argument.isEmpty()) {
      messages.say(String.join(" ", settings.given));
      return;
    }
    var words = argument.replaceFirst("^--", "").split("[\\s=]+", 2);
    if (words.length < 2) throw new CommandException("/set: NAME VALUE, such as temperature 0.7");
    options = text.over(model, settings.with("--" + words[0], words[1]));
  }

  /// The settings of the sampler, as options that were given one after another.
  static final class Settings {
    private List<String> given;

    Settings(List<String> given) {
      this.given = List.copyOf(given);
    }

    /// The options as a command of their own, to be read again.
    @Command(name = "set")
    static final class Options implements Runnable {
      @Mixin SamplingOptions sampling;

      @Override
      public void run() {}
    }

    static boolean knows(String option) {
      return new CommandLine(new Options()).getCommandSpec().findOption(option) != null;
    }

    /// Sets an option, in place of its last value.
    ///
    /// @throws CommandException if there is no such option, or it takes no such value
    SamplingOptions with(String option, String value) {
      var changed = new ArrayList<>(given);
      changed.removeIf(one -> one.startsWith(option + "="));
      changed.add(option + "=" + value);
      var options = new Options();
      try {
        new CommandLine(options)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .parseArgs(changed.toArray(String[]::new));
        options.sampling.check();
      } catch (ParameterException | IllegalArgumentException wrong) {
        throw new CommandException("/set: " + wrong.getMessage(), wrong);
      }
      given = List.copyOf(changed);
      return options.sampling;
    }
  }
}
