package altiplano.generation;

import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.tokenizer.Answer;
import altiplano.tokenizer.Answer.FunctionCall;
import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/// A conversation in which a model may call tools.
///
/// ```java
/// try (var dialogue = new Dialogue(model, format, "Be brief.", tools)) {
///   var answer = dialogue.say("How deep is Lake Titicaca?", options, IO::print);
/// }
/// ```
///
/// Own tools are called and their results go back to the model as `ipython` messages until it
/// answers in words. Calls of the model's own tools and Python source are returned to the caller,
/// who goes on with [#result]. What was read in one turn is not computed again in the next. Belongs
/// to one thread.
public final class Dialogue implements AutoCloseable {
  /// Calls in a row after which the last is returned as it is.
  private static final int MOST_CALLS = 8;

  private final LlamaModel model;
  private final ChatFormat format;
  private final Tools tools;
  private final List<Message> messages = new ArrayList<>();
  private KeyValueCache read;
  private boolean told;

  /// Opens a conversation.
  ///
  /// @param system instruction, perhaps empty
  public Dialogue(LlamaModel model, ChatFormat format, String system, Tools tools) {
    this.model = model;
    this.format = format;
    this.tools = tools;
    read = model.newCache();
    String opening = (tools.systemLines() + "\n" + system).strip();
    if (!opening.isEmpty()) messages.add(Message.system(opening));
  }

  /// Returns what has been said, calls and results included.
  public List<Message> messages() {
    return Collections.unmodifiableList(messages);
  }

  /// Says something and returns the model's answer: text, or a call that is the caller's to make.
  ///
  /// @param options a constraint in it takes the place of the tools' own
  /// @param shown takes text as it comes; never a part of a call
  /// @throws altiplano.model.ContextLengthException if the conversation has become too long; it
  ///   stays as it is then
  public Answer say(String text, GenerationOptions options, Consumer<String> shown) {
    return answer(Message.user(told ? text : tools.question(text)), options, shown);
  }

  /// Goes on after a call that [#say] returned.
  ///
  /// @param result what the model reads
  public Answer result(String result, GenerationOptions options, Consumer<String> shown) {
    return answer(Message.tool(result), options, shown);
  }

  private Answer answer(Message next, GenerationOptions options, Consumer<String> shown) {
    var bound =
        options.constraint().isPresent() || tools.equals(NO_TOOLS)
            ? options
            : options.withConstraint(tools.callOrText());
    int before = messages.size();
    try {
      for (int calls = 0; ; calls++) {
        messages.add(next);
        var answer = generate(bound, shown);
        messages.add(answer.message());
        told = true;
        if (!(answer.content() instanceof FunctionCall call) || calls == MOST_CALLS) return answer;
        next = Message.tool(tools.run(call));
      }
    } catch (RuntimeException failed) {
      messages.subList(before, messages.size()).clear();
      throw failed;
    }
  }

  private static final Tools NO_TOOLS = Tools.of();

  private Answer generate(GenerationOptions options, Consumer<String> shown) {
    var reader = format.reader();
    var cache = read.fork();
    try (var generation = Generation.start(model, cache, format.prompt(messages), options)) {
      while (generation.hasNext()) {
        var piece = generation.next();
        if (piece.token().isPresent()) show(reader.add(piece.token().getAsInt()), shown);
      }
      generation.completion().endId().ifPresent(reader::add);
      var answer = reader.finish();
      if (answer.content() instanceof Answer.Text(String text)) {
        show(text.substring(Math.min(reader.shown(), text.length())), shown);
      }
      keep(cache);
      return answer;
    }
  }

  private static void show(String text, Consumer<String> shown) {
    if (!text.isEmpty()) shown.accept(text);
  }

  private void keep(KeyValueCache cache) {
    read.close();
    read = cache.fork();
  }

  /// Frees what has been read; the model stays open.
  @Override
  public void close() {
    read.close();
  }
}
