package altiplano.corpus.steps;

import altiplano.corpus.steps.Outcome.Kept;
import altiplano.corpus.steps.Outcome.Removed;

/// Removes documents of which no letter and no digit is left, or too much is unreadable.
///
/// Unreadable are U+FFFD, `锟斤拷` (U+FFFD read as GBK) and private-use characters.
final class EmptyText {
  private static final double MOST_UNREADABLE = 0.02;

  private EmptyText() {}

  static RowStep start() {
    return document -> {
      String text = document.text();
      if (text.codePoints().noneMatch(Character::isLetterOrDigit)) {
        return new Removed("no letter and no digit");
      }
      double unreadable = (double) unreadable(text) / text.length();
      return unreadable > MOST_UNREADABLE
          ? new Removed("unreadable characters: %.2f".formatted(unreadable))
          : new Kept(document);
    };
  }

  private static int unreadable(String text) {
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\uFFFD' || (c >= 0xE000 && c <= 0xF8FF)) count++;
    }
    for (int at = text.indexOf("锟斤拷"); at >= 0; at = text.indexOf("锟斤拷", at + 3)) count += 3;
    return count;
  }
}
