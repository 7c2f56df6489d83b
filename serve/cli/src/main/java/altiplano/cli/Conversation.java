package altiplano.cli;

import altiplano.files.AtomicFile;
import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import altiplano.generation.Prompts;
import altiplano.model.ContextLengthException;
import altiplano.model.LlamaModel;
import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import altiplano.tokenizer.Message.Role;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What has been said in a chat, and the ids a model goes on from.
///
/// A system message comes first if there is one; then turns of the user and replies take turns. A
/// model without a chat format goes on from all that was said, a turn and its reply at a time.
final class Conversation {
  private final LlamaModel model;
  private final Optional<ChatFormat> format;
  private final List<Message> messages;

  Conversation(LlamaModel model, Optional<ChatFormat> format, List<Message> opening) {
    this.model = model;
    this.format = format;
    this.messages = new ArrayList<>(opening);
  }

  void add(Message message) {
    messages.add(message);
  }

  List<Message> messages() {
    return List.copyOf(messages);
  }

  Optional<String> system() {
    return messages.stream()
        .filter(message -> message.role() == Role.SYSTEM)
        .map(Message::content)
        .findFirst();
  }

  /// Replaces the system message; an empty one takes it away.
  void system(String text) {
    if (format.isEmpty()) {
      throw new CommandException(
          "/system: the model has no chat format, so there is no place for it");
    }
    messages.removeIf(message -> message.role() == Role.SYSTEM);
    if (!text.isBlank()) messages.addFirst(Message.system(text));
  }

  /// Takes the last turn back, with its reply; empty if there is none.
  Optional<String> undo() {
    takeReplyBack();
    if (messages.isEmpty() || messages.getLast().role() != Role.USER) return Optional.empty();
    return Optional.of(messages.removeLast().content());
  }

  /// Takes the last reply back.
  void takeReplyBack() {
    if (!messages.isEmpty() && messages.getLast().role() == Role.ASSISTANT) messages.removeLast();
  }

  /// Returns whether there is a turn that can be answered.
  boolean asks() {
    return !messages.isEmpty() && messages.getLast().role() == Role.USER;
  }

  int[] prompt() {
    return format.map(chat -> chat.prompt(messages)).orElseGet(this::rawPrompt);
  }

  private int[] rawPrompt() {
    var text = new StringBuilder();
    for (Message message : messages) {
      text.append(message.content());
      if (message.role() == Role.ASSISTANT) text.append('\n');
    }
    return Prompts.raw(model.tokenizer(), text.toString());
  }

  /// Returns how many tokens the beginning takes that no shift of the context may drop.
  int beginning() {
    if (format.isEmpty() || system().isEmpty()) return 1;
    return format.get().encode(messages.subList(0, 1)).length;
  }

  /// Forgets the oldest turns until the prompt leaves `room` tokens.
  ///
  /// @return how many messages went
  /// @throws ContextLengthException if the last turn alone is too long; nothing goes then
  int makeRoom(int room) {
    var before = List.copyOf(messages);
    int first = system().isPresent() ? 1 : 0;
    int most = model.contextLength() - room;
    int length = prompt().length;
    while (length > most && messages.size() > first + 1) {
      messages.remove(first);
      // A reply without its question goes with it.
      while (messages.size() > first + 1 && messages.get(first).role() != Role.USER) {
        messages.remove(first);
      }
      length = prompt().length;
    }
    int gone = before.size() - messages.size();
    if (length < model.contextLength()) return gone;
    messages.clear();
    messages.addAll(before);
    throw new ContextLengthException(length + 1, model.contextLength());
  }

  /// Writes all that was said as JSON, whole or not at all.
  void save(Path file) {
    var all =
        messages.stream()
            .<Json>map(message ->
                Json.object()
                    .put("role", message.role().name().toLowerCase(Locale.ROOT))
                    .put("content", message.content())
                    .end())
            .toList();
    var text = Json.object().put("messages", new ArrayValue(all)).end().writeIndented() + "\n";
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Replaces all that was said by what [#save] wrote.
  void load(Path file) {
    var loaded = new ArrayList<Message>();
    try {
      if (Json.parse(Inputs.bytes(file)) instanceof ObjectValue(var members)
          && members.get("messages") instanceof ArrayValue(var elements)) {
        for (Json element : elements) loaded.add(message(element, file));
        messages.clear();
        messages.addAll(loaded);
        return;
      }
    } catch (Json.JsonException broken) {
      throw new CommandException(file + ": " + broken.getMessage() + ". Correct it.", broken);
    }
    throw new CommandException(file + ": no conversation. Load what /save wrote.");
  }

  private static Message message(Json element, Path file) {
    if (element instanceof ObjectValue(var members)
        && members.get("role") instanceof TextValue(String name)
        && members.get("content") instanceof TextValue(String content)) {
      for (Role role : Role.values()) {
        if (role.name().toLowerCase(Locale.ROOT).equals(name)) return new Message(role, content);
      }
    }
    throw new CommandException(
        file + ": no message: " + element.write() + ". Load what /save wrote.");
  }
}
