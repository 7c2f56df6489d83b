package altiplano.training.data;

import static altiplano.training.data.TaskRows.integer;
import static altiplano.training.data.TaskRows.list;
import static altiplano.training.data.TaskRows.text;

import altiplano.files.Json;
import altiplano.tokenizer.Message;
import altiplano.training.data.DataFiles.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The schemas of task rows. Each reader is empty for a row of another kind.
///
/// | kind | members |
/// |---|---|
/// | labelled text | `text`, `label` |
/// | marked text | `text`, `spans` of `start`, `end`, `type` (code points; start -1: left out) |
/// | reading | `passage`, `question`, `answers` of `text`, `start` (code points) |
/// | pair | `a`, `b`, and `label` (1 same, 0 not) or `score` (0 to 1); `negatives` optional |
/// | conversation | `messages` of `role`, `content` |
/// | preference | `prompt` (a text or messages), `chosen`, `rejected` |
public final class Rows {
  /// So many characters an answer may stand away from where its row says.
  private static final int MISPLACED = 8;

  private Rows() {}

  /// A text and its class.
  public record Labelled(String text, String label) {}

  /// A text and where things are named in it, in UTF-16 units.
  public record Marked(String text, List<Span> spans) {}

  /// A question and a passage.
  ///
  /// @param answer where it stands in [#text], empty if the passage has none
  public record Reading(String question, String passage, Optional<Span> answer) {
    /// Returns what a model reads: the question, a line break, the passage.
    public String text() {
      return question + "\n" + passage;
    }
  }

  /// A stretch of a text.
  public record Span(int start, int end, String type) {}

  /// Two texts of equal meaning, and texts that are close but not equal.
  public record Pair(String a, String b, List<String> negatives) {}

  /// Two replies of which the first is better.
  public record Preference(List<Message> prompt, String chosen, String rejected) {}

  public static Optional<Labelled> labelled(Row row) {
    if (!row.json().members().containsKey("label") || !row.json().members().containsKey("text")) {
      return Optional.empty();
    }
    return Optional.of(new Labelled(text(row.json(), "text"), text(row.json(), "label")));
  }

  /// Reads spans, or the answer of a reading row behind its question.
  public static Optional<Marked> marked(Row row) {
    var members = row.json().members();
    if (members.containsKey("spans")) {
      String text = text(row.json(), "text");
      var spans = new ArrayList<Span>();
      for (Json element : list(row.json(), "spans")) {
        if (!(element instanceof Json.ObjectValue span))
          throw new DataException("a span is no object");
        int start = integer(span, "start");
        if (start >= 0) {
          spans.add(span(text, 0, start, integer(span, "end"), text(span, "type")));
        }
      }
      return Optional.of(new Marked(text, spans));
    }
    return reading(row)
        .map(reading -> new Marked(reading.text(), reading.answer().stream().toList()));
  }

  /// Reads a question, its passage and the first answer that stands where the row says, or nearby.
  ///
  /// @throws DataException if none of the answers does
  public static Optional<Reading> reading(Row row) {
    var members = row.json().members();
    if (!members.containsKey("passage") || !members.containsKey("answers")) return Optional.empty();
    String question = text(row.json(), "question");
    String passage = text(row.json(), "passage");
    var misplaced = Optional.<String>empty();
    for (Json element : list(row.json(), "answers")) {
      if (!(element instanceof Json.ObjectValue answer)) {
        throw new DataException("an answer is no object");
      }
      int start = integer(answer, "start");
      if (start < 0) continue;
      String words = text(answer, "text");
      var place = place(passage, start, words);
      if (place.isPresent()) {
        int from = question.length() + 1 + place.getAsInt();
        return Optional.of(
            new Reading(
                question, passage, Optional.of(new Span(from, from + words.length(), "answer"))));
      }
      misplaced =
          Optional.of(
              "the answer '%s' does not stand at %d of the passage".formatted(words, start));
    }
    if (misplaced.isPresent()) throw new DataException(misplaced.get());
    return Optional.of(new Reading(question, passage, Optional.empty()));
  }

  /// Returns where words stand, in UTF-16 units: at `start` code points, or at the place nearest to
  /// it within a few characters.
  private static OptionalInt place(String passage, int start, String words) {
    if (start > passage.codePointCount(0, passage.length())) return OptionalInt.empty();
    int at = passage.offsetByCodePoints(0, start);
    for (int off = 0; off <= MISPLACED; off++) {
      if (passage.startsWith(words, at - off)) return OptionalInt.of(at - off);
      if (passage.startsWith(words, at + off)) return OptionalInt.of(at + off);
    }
    return OptionalInt.empty();
  }

  /// Turns code points after `offset` into UTF-16 units.
  private static Span span(String text, int offset, int start, int end, String type) {
    try {
      int from = text.offsetByCodePoints(offset, start);
      int to = text.offsetByCodePoints(from, end - start);
      if (to <= from) throw new DataException("the span ends before it starts");
      return new Span(from, to, type);
    } catch (IndexOutOfBoundsException outside) {
      throw new DataException("the span %d to %d lies outside the text".formatted(start, end));
    }
  }

  /// Reads pairs of equal meaning; rows that say "not equal" are of no use alone and left out.
  public static Optional<Pair> pair(Row row) {
    var members = row.json().members();
    if (!members.containsKey("a") || !members.containsKey("b")) return Optional.empty();
    boolean same =
        members.get("label") instanceof Json.NumberValue(var label)
            ? label.signum() > 0
            : members.get("score") instanceof Json.NumberValue(var score)
                && score.doubleValue() >= 0.7;
    if (!same) return Optional.empty();
    var negatives = new ArrayList<String>();
    if (members.containsKey("negatives")) {
      for (Json element : list(row.json(), "negatives")) {
        if (element instanceof Json.TextValue(String text)) negatives.add(text);
      }
    }
    return Optional.of(new Pair(text(row.json(), "a"), text(row.json(), "b"), negatives));
  }

  /// Reads any text: for pairs that are made of one.
  public static Optional<String> sentence(Row row) {
    return row.json().get("text").orElse(null) instanceof Json.TextValue(String text)
            && !text.isBlank()
        ? Optional.of(text)
        : Optional.empty();
  }

  /// Reads conversations; reading rows, questions and notes become one turn each.
  public static Optional<List<Message>> conversation(Row row) {
    var json = row.json();
    var members = json.members();
    if (members.containsKey("messages")) return Optional.of(messages(list(json, "messages")));
    if (members.containsKey("question") && members.containsKey("answers")) {
      String question = text(json, "question");
      if (members.containsKey("passage")) question = text(json, "passage") + "\n\n" + question;
      return Optional.of(turn(question, first(list(json, "answers"))));
    }
    if (members.containsKey("dialogue") && members.containsKey("note")) {
      return Optional.of(turn(text(json, "dialogue"), text(json, "note")));
    }
    return Optional.empty();
  }

  private static String first(List<Json> answers) {
    return switch (answers.isEmpty() ? new Json.NullValue() : answers.getFirst()) {
      case Json.TextValue(String text) -> text;
      case Json.ObjectValue object -> text(object, "text");
      default -> throw new DataException("'answers' holds no text");
    };
  }

  private static List<Message> turn(String question, String answer) {
    return List.of(Message.user(question), Message.assistant(answer));
  }

  private static List<Message> messages(List<Json> elements) {
    var messages = new ArrayList<Message>();
    for (Json element : elements) {
      if (!(element instanceof Json.ObjectValue message)) {
        throw new DataException("a message is no object");
      }
      String content = text(message, "content");
      messages.add(
          switch (text(message, "role")) {
            case "system" -> Message.system(content);
            case "user" -> Message.user(content);
            case "assistant" -> Message.assistant(content);
            default -> throw new DataException("a role is system, user or assistant");
          });
    }
    if (messages.isEmpty()) throw new DataException("'messages' is empty");
    return messages;
  }

  public static Optional<Preference> preference(Row row) {
    var json = row.json();
    if (!json.members().containsKey("chosen") || !json.members().containsKey("rejected")) {
      return Optional.empty();
    }
    var prompt =
        json.get("prompt").orElse(null) instanceof Json.ArrayValue(var elements)
            ? messages(elements)
            : List.of(Message.user(text(json, "prompt")));
    return Optional.of(new Preference(prompt, text(json, "chosen"), text(json, "rejected")));
  }
}
