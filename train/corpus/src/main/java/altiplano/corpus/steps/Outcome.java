package altiplano.corpus.steps;

import altiplano.corpus.Document;

/// What a step made of a document.
public sealed interface Outcome {
  /// It goes on, changed or not.
  record Kept(Document document) implements Outcome {}

  /// It ends here.
  ///
  /// @param why the rule that it broke and the value found
  record Removed(String why) implements Outcome {}
}
