package altiplano.corpus;

/// One text on its way through the pipeline.
///
/// @param file its file, as the user named it
/// @param row its row there, from 1
/// @param language ISO 639-1 code, or `und` while or where it is unknown
/// @param masked what was masked in it so far
public record Document(
    String file, long row, Format format, String language, String text, Masked masked) {
  /// The language code of texts whose language is unknown.
  public static final String UNDETERMINED = "und";

  /// Makes a document as it comes from a file.
  public static Document read(String file, long row, Format format, String text) {
    return new Document(file, row, format, UNDETERMINED, text, Masked.NOTHING);
  }

  /// What kind of text it is.
  public enum Format {
    PLAIN,
    MARKDOWN,
    HTML
  }

  public Document withText(String changed) {
    return new Document(file, row, format, language, changed, masked);
  }

  /// Returns a document whose markup has been turned into plain text.
  public Document asPlain(String changed) {
    return new Document(file, row, Format.PLAIN, language, changed, masked);
  }

  public Document withLanguage(String found) {
    return new Document(file, row, format, found, text, masked);
  }

  /// Returns the document with masks in its text.
  public Document masked(String changed, Masked counts) {
    return new Document(file, row, format, language, changed, masked.plus(counts));
  }
}
