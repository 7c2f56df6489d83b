package altiplano.generation;

import static java.util.Comparator.comparingInt;

import java.util.List;

/// Ends a text where one of the stop texts begins, also where it is made of several pieces: text is
/// held back as long as it may be the beginning of one.
final class StopTexts {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean hit;

  StopTexts(List<String> stops) {
    this.stops = stops;
  }

  /// Takes the next piece and returns the text that is certain to stay.
  String add(String piece) {
    held.append(piece);
    var first =
        stops.stream()
            .filter(stop -> held.indexOf(stop) >= 0)
            .min(comparingInt(this::end).thenComparingInt(held::indexOf));
    hit = first.isPresent();
    return release(first.map(held::indexOf).orElseGet(this::certain));
  }

  private int end(String stop) {
    return held.indexOf(stop) + stop.length();
  }

  /// Returns what is held back, when no more text follows.
  String finish() {
    return hit ? "" : release(held.length());
  }

  /// Returns whether a stop text was found.
  boolean hit() {
    return hit;
  }

  /// The length of the held text that cannot belong to a stop text any more.
  private int certain() {
    for (int start = 0; start < held.length(); start++) {
      var rest = held.substring(start);
      if (stops.stream().anyMatch(stop -> stop.startsWith(rest))) return start;
    }
    return held.length();
  }

  private String release(int length) {
    var text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }
}
