package altiplano.cli;

import altiplano.files.VocabularyKeys;
import altiplano.generation.Prompts;
import altiplano.model.LlamaModel;
import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import altiplano.tokenizer.SystemHeader;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How a prompt becomes token ids: as a conversation, or as it is.
final class PromptOptions {
  @Option(names = "--system", paramLabel = "TEXT")
  private Optional<String> system = Optional.empty();

  @Option(names = "--date")
  private boolean date;

  @Option(names = "--raw")
  private boolean raw;

  /// Returns the model's chat format, unless it has none or the prompt is to stay raw.
  Optional<ChatFormat> chatFormat(LlamaModel model, Messages messages) {
    Optional<ChatFormat> format =
        raw || model.metadata().text(VocabularyKeys.CHAT_TEMPLATE).isEmpty()
            ? Optional.empty()
            : ChatFormat.of(model.tokenizer());
    if (format.isPresent()) {
      return format.map(plain ->
          date
              ? plain.withHeader(SystemHeader.dated(LocalDate.now(ZoneId.systemDefault())))
              : plain);
    }
    if (system.isPresent() || date) {
      throw new CommandException(
          "%s: %s, so --system and --date have no place. Write it in the prompt."
              .formatted(
                  model.path(), raw ? "--raw leaves out the chat format" : "no chat format"));
    }
    if (!raw) {
      messages.say(model.path() + ": no chat format that is known, the prompt is raw.");
    }
    return format;
  }

  /// Returns the messages that open a conversation.
  List<Message> opening() {
    return new ArrayList<>(system.map(Message::system).stream().toList());
  }

  /// Returns the ids of one prompt.
  int[] ids(LlamaModel model, String prompt, Messages messages) {
    Optional<ChatFormat> format = chatFormat(model, messages);
    if (format.isEmpty()) return Prompts.raw(model.tokenizer(), prompt);
    List<Message> conversation = opening();
    conversation.add(Message.user(prompt));
    return format.get().prompt(conversation);
  }
}
