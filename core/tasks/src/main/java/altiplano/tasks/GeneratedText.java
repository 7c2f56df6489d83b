package altiplano.tasks;

import altiplano.generation.Finish;

/// A text that the model wrote.
///
/// @param text without the prompt
/// @param finish why it ended
public record GeneratedText(String text, Finish finish, Usage usage) {
  /// Returns the text alone, as one would print it.
  @Override
  public String toString() {
    return text;
  }
}
