package altiplano.generation;

import java.util.Arrays;

/// Guesses that the text repeats itself: what followed the last occurrence of its end follows again
/// (Saxena 2023, "Prompt Lookup Decoding").
///
/// Good where an answer quotes its prompt: summaries, corrections, code.
///
/// @param longest tokens of the end that are looked for; shorter ends are tried after
public record PromptLookup(int longest) implements Drafter {
  public PromptLookup {
    if (longest < 1)
      throw new IllegalArgumentException("an end has at least 1 token, not " + longest);
  }

  @Override
  public int[] draft(TokenHistory history, int most) {
    int[] ids = history.ids();
    for (int length = Math.min(longest, ids.length - 1); length >= 1; length--) {
      int end = ids.length - length;
      for (int at = end - 1; at >= 0; at--) {
        if (Arrays.equals(ids, at, at + length, ids, end, ids.length)) {
          int from = at + length;
          return Arrays.copyOfRange(ids, from, Math.min(from + most, ids.length));
        }
      }
    }
    return new int[0];
  }
}
