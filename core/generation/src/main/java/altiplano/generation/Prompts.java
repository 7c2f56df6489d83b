package altiplano.generation;

import altiplano.tokenizer.Tokenizer;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Texts as token ids that a model goes on from.
public final class Prompts {
  private Prompts() {}

  /// Returns the ids of a text, after begin-of-text if the model expects it. What looks like a
  /// special token stays text.
  public static int[] raw(Tokenizer tokenizer, String text) {
    var ids = IntStream.of(tokenizer.encode(text));
    var start = tokenizer.addsBeginOfText() ? tokenizer.beginOfText() : OptionalInt.empty();
    return start.isPresent()
        ? IntStream.concat(IntStream.of(start.getAsInt()), ids).toArray()
        : ids.toArray();
  }
}
