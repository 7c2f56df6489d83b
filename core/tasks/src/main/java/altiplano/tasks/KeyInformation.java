package altiplano.tasks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a text says about the fields of a domain.
///
/// @param fields every field of the domain, its values in the order of the text
public record KeyInformation(Domain domain, Map<String, List<Span>> fields, Usage usage) {
  public KeyInformation {
    var copy = new LinkedHashMap<String, List<Span>>();
    fields.forEach((name, values) -> copy.put(name, List.copyOf(values)));
    fields = Collections.unmodifiableMap(copy);
  }

  /// Returns the values of a field; none if the domain has no such field.
  public List<Span> field(String name) {
    return fields.getOrDefault(name, List.of());
  }
}
