package altiplano.tasks;

import java.util.List;

/// A record made of a text.
///
/// @param spans where the texts in the record stand in the source, in the record's order
/// @param <T> the record
public record Extraction<T>(T value, List<Span> spans, Usage usage) {
  public Extraction {
    spans = List.copyOf(spans);
  }
}
