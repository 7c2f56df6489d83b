package altiplano.tasks;

/// The language of a text, and of the prompt around it.
public enum Language {
  CHINESE("zh"),
  ENGLISH("en");

  private final String tag;

  Language(String tag) {
    this.tag = tag;
  }

  /// Returns the language's code (ISO 639-1).
  public String tag() {
    return tag;
  }

  /// Returns Chinese for a text with at least one Chinese character in five letters.
  public static Language of(String text) {
    long letters = text.codePoints().filter(Character::isLetter).count();
    long chinese =
        text.codePoints()
            .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)
            .count();
    return chinese * 5 >= letters && chinese > 0 ? CHINESE : ENGLISH;
  }
}
