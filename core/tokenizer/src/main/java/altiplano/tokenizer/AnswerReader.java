package altiplano.tokenizer;

import altiplano.files.Llama3SpecialTokens;
import altiplano.tensor.Stability.Experimental;
import java.util.List;
import java.util.OptionalInt;

/// Reads an answer while it is written, so that text is shown at once and a call never. Not
/// thread-safe.
///
/// An answer that starts like a call (`<|python_tag|>`, `<function=`, or a JSON object whose first
/// key is one of a call's) is held back until it is clear that it is none.
@Experimental
public final class AnswerReader {
  private static final List<String> CALL_KEYS = List.of("name", "parameters", "type");

  private final Tokenizer tokenizer;
  private final Tokenizer.TokenStream stream;
  private final OptionalInt pythonTag;
  private final StringBuilder body = new StringBuilder();
  private boolean isTagged;
  private boolean atStart = true;
  private OptionalInt endId = OptionalInt.empty();
  private int shown;

  AnswerReader(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    stream = tokenizer.stream();
    pythonTag = tokenizer.specialId(Llama3SpecialTokens.PYTHON_TAG);
  }

  /// Adds a token and returns the text that may be shown now. Tokens after the end are ignored.
  public String add(int id) {
    if (endId.isPresent()) return "";
    if (tokenizer.endIds().contains(id)) {
      endId = OptionalInt.of(id);
      return "";
    }
    if (atStart && pythonTag.isPresent() && pythonTag.getAsInt() == id) isTagged = true;
    atStart = false;
    body.append(stream.add(id));
    return mayBeCall() ? "" : show();
  }

  /// Returns whether what is read so far is, or may still become, the call of a tool.
  public boolean mayBeCall() {
    if (isTagged) return true;
    if (shown > 0) return false;
    String start = body.toString().stripLeading();
    return start.startsWith("{")
        ? mayOpenCall(start.substring(1).stripLeading())
        : start.startsWith(Answer.FUNCTION_TAG) || Answer.FUNCTION_TAG.startsWith(start);
  }

  /// Ends the answer. What of a text was not returned for showing yet begins at [#shown] of its
  /// body.
  public Answer finish() {
    body.append(stream.finish());
    return Answer.of(body.toString(), isTagged, endId);
  }

  /// Returns how many UTF-16 units of the answer have been returned for showing.
  public int shown() {
    return shown;
  }

  private String show() {
    String text = body.substring(shown);
    shown = body.length();
    return text;
  }

  /// Whether a JSON object with this after its brace may be a call, as far as its first key says.
  private static boolean mayOpenCall(String afterBrace) {
    for (String key : CALL_KEYS) {
      String quoted = "\"" + key + "\"";
      if (afterBrace.startsWith(quoted) || quoted.startsWith(afterBrace)) return true;
    }
    return false;
  }
}
