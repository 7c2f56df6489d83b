package altiplano.mini.data;

import java.util.List;

/// A text whose parts are known.
///
/// @param spans in order of their start; they do not overlap
public record Labelled(String text, List<Span> spans) {
  public Labelled {
    spans = List.copyOf(spans);
    for (Span span : spans) {
      if (span.start() < 0 || span.start() >= span.end() || span.end() > text.length()) {
        throw new IllegalArgumentException(
            "span " + span + " lies outside a text of " + text.length());
      }
    }
  }

  /// A labelled part of the text.
  ///
  /// @param start in UTF-16 units
  /// @param end exclusive
  /// @param label such as `duration`; a negated finding ends in `!`
  public record Span(int start, int end, String label) {}

  /// Returns the text of a span.
  public String at(Span span) {
    return text.substring(span.start(), span.end());
  }
}
