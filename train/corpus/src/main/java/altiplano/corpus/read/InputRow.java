package altiplano.corpus.read;

import altiplano.corpus.Document;

/// One row of the input: a document, or the reason why it is none.
public sealed interface InputRow {
  /// A row with a text.
  ///
  /// @param fields the whole row as a JSON object, empty if it has nothing but its text
  record Accepted(Document document, String fields) implements InputRow {
    public Accepted(Document document) {
      this(document, "");
    }
  }

  /// A row, or the rest of a file, that could not be read.
  ///
  /// @param file as the user named it
  /// @param row from 1
  /// @param text what could be read of it, possibly nothing
  record Rejected(String file, long row, String reason, String text) implements InputRow {}
}
