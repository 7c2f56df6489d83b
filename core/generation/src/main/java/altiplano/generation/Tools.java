package altiplano.generation;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.tokenizer.Answer.FunctionCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a model may call: own tools, the two that Llama 3.1 was taught (`brave_search` and
/// `wolfram_alpha`), and a Python interpreter. Immutable.
///
/// Source: the format document of Llama 3.1 (`models/llama3_1` in Meta's llama-models).
///
/// @param own described to the model in the first message of the user
/// @param builtIn names on the `Tools:` line of the system message
/// @param runsCode whether an answer may be Python source
public record Tools(List<Tool> own, List<String> builtIn, boolean runsCode) {
  public Tools {
    own = List.copyOf(own);
    builtIn = List.copyOf(builtIn);
    if (own.stream().map(Tool::name).distinct().count() < own.size()) {
      throw new IllegalArgumentException("two tools have the same name");
    }
    for (String name : builtIn) {
      if (!name.equals("brave_search") && !name.equals("wolfram_alpha")) {
        throw new IllegalArgumentException(
            "Llama 3.1 knows brave_search and wolfram_alpha, not '%s'. Describe it as a Tool."
                .formatted(name));
      }
    }
  }

  /// Returns own tools alone.
  public static Tools of(Tool... own) {
    return new Tools(List.of(own), List.of(), false);
  }

  /// Returns whether calls open with `<|python_tag|>`: the model's own tools and the interpreter
  /// need `Environment: ipython`, and own tools follow their way then.
  public boolean isTagged() {
    return runsCode || !builtIn.isEmpty();
  }

  /// Returns the lines that a system message begins with; empty where none are needed.
  public String systemLines() {
    if (!isTagged()) return "";
    String names = builtIn.isEmpty() ? "" : "Tools: " + String.join(", ", builtIn) + "\n";
    return "Environment: ipython\n" + names;
  }

  /// Returns a user's question after the descriptions of the own tools.
  public String question(String text) {
    if (own.isEmpty()) return text;
    var listing = new ArrayValue(own.stream().map(Tools::describe).toList());
    return """
    Where one of these functions helps to answer, reply with one call of it and nothing else, \
    as JSON: {"name": function name, "parameters": {argument name: value}}. Else answer \
    yourself.

    %s

    %s\
    """
        .formatted(listing.writeIndented(), text);
  }

  private static Json describe(Tool tool) {
    return Json.object()
        .put("type", "function")
        .put(
            "function",
            Json.object()
                .put("name", tool.name())
                .put("description", tool.description())
                .put("parameters", tool.parameters())
                .end())
        .end();
  }

  /// Returns the constraint under which an answer is text or a call that one of the tools can take.
  ///
  /// @throws ConstraintException if a tool's schema uses what is not supported
  public Constraint callOrText() {
    return Constraint.call(this, true);
  }

  /// Returns the constraint under which an answer is a call, and nothing else.
  ///
  /// @throws ConstraintException if a tool's schema uses what is not supported
  public Constraint call() {
    return Constraint.call(this, false);
  }

  /// Calls an own tool. A call that does not fit is answered by what is wrong, so that the model
  /// may correct it; what the tool itself throws is the caller's.
  public String run(FunctionCall call) {
    var tool = tool(call.name());
    if (tool.isEmpty()) return "error: there is no function '%s'".formatted(call.name());
    try {
      return tool.get().action().apply(call.parameters());
    } catch (JsonMismatchException wrong) {
      return "error: " + wrong.getMessage();
    }
  }

  /// Returns the own tool of a name.
  public Optional<Tool> tool(String name) {
    return own.stream().filter(tool -> tool.name().equals(name)).findAny();
  }

  Map<String, Json> parameters() {
    var parameters = new LinkedHashMap<String, Json>();
    for (Tool tool : own) parameters.put(tool.name(), tool.parameters());
    return parameters;
  }

  /// Returns these tools and one more.
  public Tools with(Tool tool) {
    var all = new ArrayList<>(own);
    all.add(tool);
    return new Tools(all, builtIn, runsCode);
  }
}
