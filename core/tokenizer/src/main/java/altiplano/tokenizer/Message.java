package altiplano.tokenizer;

/// One turn of a conversation.
///
/// @param isCall whether this is an assistant's call that opens with `<|python_tag|>` and ends in
///   `<|eom_id|>`; neither is part of `content`
public record Message(Role role, String content, boolean isCall) {
  public Message {
    if (isCall && role != Role.ASSISTANT) {
      throw new IllegalArgumentException("only an assistant calls tools, not " + role);
    }
  }

  public Message(Role role, String content) {
    this(role, content, false);
  }

  public static Message system(String content) {
    return new Message(Role.SYSTEM, content);
  }

  public static Message user(String content) {
    return new Message(Role.USER, content);
  }

  public static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }

  /// An assistant's call of a tool, without `<|python_tag|>`.
  public static Message call(String content) {
    return new Message(Role.ASSISTANT, content, true);
  }

  /// A tool's result.
  public static Message tool(String content) {
    return new Message(Role.TOOL, content);
  }

  /// Who speaks.
  public enum Role {
    SYSTEM("system"),
    USER("user"),
    ASSISTANT("assistant"),
    TOOL("ipython");

    private final String header;

    Role(String header) {
      this.header = header;
    }

    /// Returns the role's name in a message header of Llama 3.1.
    public String header() {
      return header;
    }
  }
}
