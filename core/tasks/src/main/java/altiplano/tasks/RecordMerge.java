package altiplano.tasks;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;

/// Joins what two windows of a text gave for the same record.
///
/// Lists are joined, without repetitions; of two values the first that stands in the text stays,
/// else the first; what only one window gives is taken from it. Both are of the same schema, and so
/// is the result.
final class RecordMerge {
  private RecordMerge() {}

  /// @param text the source as a whole
  static Json of(String text, Json first, Json second) {
    if (first instanceof ObjectValue(var ours) && second instanceof ObjectValue(var theirs)) {
      // Two kinds of a sealed interface cannot be mixed.
      boolean sameKind = !ours.containsKey("type") || ours.get("type").equals(theirs.get("type"));
      if (!sameKind) return first;
      var members = new LinkedHashMap<String, Json>(ours);
      theirs.forEach(
          (name, value) -> members.merge(name, value, (so, other) -> of(text, so, other)));
      return new ObjectValue(members);
    }
    if (first instanceof ArrayValue(var ours) && second instanceof ArrayValue(var theirs)) {
      var elements = new LinkedHashSet<>(ours);
      elements.addAll(theirs);
      return new ArrayValue(elements.stream().toList());
    }
    return stands(text, second) && !stands(text, first) ? second : first;
  }

  private static boolean stands(String text, Json value) {
    String written = value instanceof TextValue(String content) ? content : value.write();
    return !written.isBlank() && text.contains(written);
  }
}
