package altiplano.tokenizer;

/// One turn of a conversation.
public record Message(Role role, String content) {
  public static Message system(String content) {
    return new Message(Role.SYSTEM, content);
  }

  public static Message user(String content) {
    return new Message(Role.USER, content);
  }

  public static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
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
