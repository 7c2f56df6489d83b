package altiplano.corpus.steps;

import altiplano.corpus.Document;
import java.util.function.UnaryOperator;

/// Something done to one document at a time.
///
/// A function: the same document gives the same outcome, whatever came before. Not thread-safe;
/// each thread makes its own.
@FunctionalInterface
public interface RowStep {
  Outcome apply(Document document);

  /// Returns a step that only changes the text.
  static RowStep onText(UnaryOperator<String> change) {
    return document -> new Outcome.Kept(document.withText(change.apply(document.text())));
  }
}
