package altiplano.tokenizer;

import altiplano.files.Json;
import altiplano.tensor.Stability.Experimental;
import java.util.Optional;
import java.util.OptionalInt;

/// What a model answered: text, or the call of a tool.
///
/// @param body the answer as it was written, without special tokens
/// @param isTagged whether it opened with `<|python_tag|>`
/// @param endId the token that ended it, empty if it was cut
@Experimental
public record Answer(Content content, String body, boolean isTagged, OptionalInt endId) {
  /// What an answer means.
  public sealed interface Content {}

  /// To be shown.
  public record Text(String text) implements Content {}

  /// A call of one of Llama 3.1's own tools, `name.call(query="…")`.
  public record BuiltInCall(String name, String query) implements Content {}

  /// A call of a function that the prompt described.
  public record FunctionCall(String name, Json.ObjectValue parameters) implements Content {}

  /// Python source for the interpreter.
  public record Code(String source) implements Content {}

  private static final String QUERY = ".call(query=\"";
  private static final String QUERY_END = "\")";
  static final String FUNCTION_TAG = "<function=";
  private static final String FUNCTION_TAG_END = "</function>";

  static Answer of(String body, boolean isTagged, OptionalInt endId) {
    Content content = isTagged ? called(body) : said(body);
    return new Answer(content, body, isTagged, endId);
  }

  /// Returns the answer as a turn of the conversation it continues.
  public Message message() {
    return new Message(Message.Role.ASSISTANT, body, isTagged);
  }

  private static Content called(String body) {
    return builtIn(body.strip()).or(() -> function(body, false)).orElse(new Code(body));
  }

  private static Content said(String body) {
    return tagged(body.strip()).or(() -> function(body, true)).orElse(new Text(body));
  }

  /// Reads `name.call(query="…")`.
  private static Optional<Content> builtIn(String call) {
    int open = call.indexOf(QUERY);
    if (open < 1 || call.length() < open + QUERY.length() + QUERY_END.length()) {
      return Optional.empty();
    }
    String name = call.substring(0, open);
    if (!call.endsWith(QUERY_END) || !name.chars().allMatch(Character::isJavaIdentifierPart)) {
      return Optional.empty();
    }
    return unquoted(call.substring(open + QUERY.length(), call.length() - QUERY_END.length()))
        .map(query -> new BuiltInCall(name, query));
  }

  /// Takes the backslashes out of a text between quotes, empty if a quote in it ends it before.
  private static Optional<String> unquoted(String quoted) {
    var text = new StringBuilder();
    for (int i = 0; i < quoted.length(); i++) {
      char c = quoted.charAt(i);
      if (c == '"' || (c == '\\' && i + 1 == quoted.length())) return Optional.empty();
      if (c == '\\') {
        char escaped = quoted.charAt(++i);
        text.append(escaped == 'n' ? '\n' : escaped);
      } else {
        text.append(c);
      }
    }
    return Optional.of(text.toString());
  }

  /// Reads `<function=name>{…}</function>`.
  private static Optional<Content> tagged(String call) {
    int nameEnd = call.indexOf('>');
    if (!call.startsWith(FUNCTION_TAG)
        || !call.endsWith(FUNCTION_TAG_END)
        || nameEnd + 1 > call.length() - FUNCTION_TAG_END.length()) {
      return Optional.empty();
    }
    String name = call.substring(FUNCTION_TAG.length(), nameEnd);
    return object(call.substring(nameEnd + 1, call.length() - FUNCTION_TAG_END.length()))
        .map(parameters -> new FunctionCall(name, parameters));
  }

  /// Reads `{"name": …, "parameters": {…}}`; `type` and others may stand beside them.
  private static Optional<Content> function(String body, boolean needsParameters) {
    Optional<Json.ObjectValue> call = object(body);
    if (call.isEmpty() || !(call.get().members().get("name") instanceof Json.TextValue(var name))) {
      return Optional.empty();
    }
    Optional<Json> parameters = call.get().get("parameters");
    if (parameters.isEmpty()) {
      return needsParameters
          ? Optional.empty()
          : Optional.of(new FunctionCall(name, Json.object().end()));
    }
    return parameters.get() instanceof Json.ObjectValue values
        ? Optional.of(new FunctionCall(name, values))
        : Optional.empty();
  }

  /// Most answers are no JSON: that is no error here.
  private static Optional<Json.ObjectValue> object(String body) {
    if (!body.strip().startsWith("{")) return Optional.empty();
    try {
      return Json.parse(body) instanceof Json.ObjectValue object
          ? Optional.of(object)
          : Optional.empty();
    } catch (Json.JsonException notJson) {
      return Optional.empty();
    }
  }
}
