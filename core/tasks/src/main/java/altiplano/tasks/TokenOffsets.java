package altiplano.tasks;

import altiplano.tokenizer.Tokenizer;

/// Where tokens stand in their text.
final class TokenOffsets {
  private TokenOffsets() {}

  /// Returns where each token starts in UTF-16 units, and where the text ends; a token that starts
  /// inside a character counts from the character's end.
  ///
  /// @param ids of the whole text
  static int[] of(int[] ids, Tokenizer tokenizer, String text) {
    int[] offsets = new int[ids.length + 1];
    int bytes = 0;
    int at = 0;
    int bytesAt = 0;
    for (int i = 0; i < ids.length; i++) {
      while (bytesAt < bytes && at < text.length()) {
        int c = text.codePointAt(at);
        bytesAt += utf8Length(c);
        at += Character.charCount(c);
      }
      offsets[i] = at;
      bytes += tokenizer.bytes(ids[i]).length;
    }
    offsets[ids.length] = text.length();
    return offsets;
  }

  /// Half a surrogate pair is encoded as U+FFFD, which has three bytes too.
  private static int utf8Length(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }
}
