package altiplano.tokenizer;

import altiplano.files.Llama3SpecialTokens;
import altiplano.tensor.Stability.Stable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Llama 3.1's layout of a conversation: messages to ids, ids to an answer. Immutable.
///
/// ```
/// <|begin_of_text|><|start_header_id|>user<|end_header_id|>
///
/// Name a lake.<|eot_id|><|start_header_id|>assistant<|end_header_id|>
///
/// ```
///
/// Headers and bodies are encoded apart, as Meta's encoder does, so that `\n\n` after a header
/// never joins the body's own breaks. What looks like a special token in a body stays text.
///
/// Source: the format document of Llama 3.1 (`models/llama3_1` in Meta's llama-models).
@Stable
public final class ChatFormat {
  private final Tokenizer tokenizer;
  private final SystemHeader header;
  private final boolean trims;
  private final int startHeader;
  private final int endHeader;
  private final int endOfTurn;
  private final int[] breaks;

  private ChatFormat(Tokenizer tokenizer, SystemHeader header, boolean trims) {
    this.tokenizer = tokenizer;
    this.header = header;
    this.trims = trims;
    startHeader = special(Llama3SpecialTokens.START_HEADER);
    endHeader = special(Llama3SpecialTokens.END_HEADER);
    endOfTurn = special(Llama3SpecialTokens.END_OF_TURN);
    breaks = tokenizer.encode("\n\n");
  }

  /// Returns the chat format of a vocabulary, empty if it lacks Llama 3's header tokens.
  ///
  /// Bodies are trimmed, as by the template published for Hugging Face, and no lines are added to
  /// the system message.
  public static Optional<ChatFormat> of(Tokenizer tokenizer) {
    boolean known =
        List.of(
                Llama3SpecialTokens.START_HEADER,
                Llama3SpecialTokens.END_HEADER,
                Llama3SpecialTokens.END_OF_TURN)
            .stream()
            .allMatch(name -> tokenizer.specialId(name).isPresent());
    return known
        ? Optional.of(new ChatFormat(tokenizer, SystemHeader.NONE, true))
        : Optional.empty();
  }

  /// Returns the same format with lines at the top of the system message, which is made where a
  /// conversation has none.
  public ChatFormat withHeader(SystemHeader lines) {
    return new ChatFormat(tokenizer, lines, trims);
  }

  /// Returns the same format, bodies left as they are.
  public ChatFormat untrimmed() {
    return new ChatFormat(tokenizer, header, false);
  }

  /// Returns the ids of a conversation from begin-of-text to its last message's end.
  ///
  /// @throws IllegalArgumentException if a call is among the messages and the vocabulary lacks
  ///   `<|python_tag|>` or `<|eom_id|>`
  public int[] encode(List<Message> messages) {
    var ids = new IdList(256);
    tokenizer.beginOfText().ifPresent(ids::add);
    for (Message message : complete(messages)) add(message, ids);
    return ids.toArray();
  }

  /// Returns the ids of a conversation and of the header under which the model writes its answer.
  ///
  /// @throws IllegalArgumentException as [#encode]
  public int[] prompt(List<Message> messages) {
    var ids = new IdList(256);
    int[] conversation = encode(messages);
    ids.addAll(conversation, conversation.length);
    addHeader(Message.Role.ASSISTANT, ids);
    return ids.toArray();
  }

  /// Returns the ids of one message alone, to go on a conversation that is encoded already.
  ///
  /// @throws IllegalArgumentException as [#encode]
  public int[] encode(Message message) {
    var ids = new IdList(64);
    add(trimmed(message), ids);
    return ids.toArray();
  }

  /// Returns a reader for an answer that comes token by token.
  public AnswerReader reader() {
    return new AnswerReader(tokenizer);
  }

  /// Reads an answer that is all there; what follows its end token is ignored.
  public Answer read(int... ids) {
    AnswerReader reader = reader();
    for (int id : ids) reader.add(id);
    return reader.finish();
  }

  /// Trims bodies first, so that the header's own line breaks stay.
  private List<Message> complete(List<Message> messages) {
    var complete = new ArrayList<Message>(messages.stream().map(this::trimmed).toList());
    if (header.equals(SystemHeader.NONE)) return complete;
    boolean given = !messages.isEmpty() && messages.getFirst().role() == Message.Role.SYSTEM;
    String instruction = given ? complete.removeFirst().content() : "";
    complete.addFirst(Message.system(header.above(instruction)));
    return complete;
  }

  private Message trimmed(Message message) {
    return trims
        ? new Message(message.role(), message.content().strip(), message.isCall())
        : message;
  }

  private void add(Message message, IdList ids) {
    addHeader(message.role(), ids);
    if (message.isCall()) ids.add(special(Llama3SpecialTokens.PYTHON_TAG));
    int[] body = tokenizer.encode(message.content());
    ids.addAll(body, body.length);
    ids.add(message.isCall() ? special(Llama3SpecialTokens.END_OF_MESSAGE) : endOfTurn);
  }

  private void addHeader(Message.Role role, IdList ids) {
    int[] name = tokenizer.encode(role.header());
    ids.add(startHeader);
    ids.addAll(name, name.length);
    ids.add(endHeader);
    ids.addAll(breaks, breaks.length);
  }

  private int special(String name) {
    OptionalInt id = tokenizer.specialId(name);
    return id.orElseThrow(
        () -> new IllegalArgumentException("the vocabulary has no token " + name));
  }
}
