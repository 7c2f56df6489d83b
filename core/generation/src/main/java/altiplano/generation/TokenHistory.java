package altiplano.generation;

import java.util.Arrays;
import java.util.Objects;

/// The tokens of a sequence so far, the prompt's included.
public final class TokenHistory {
  private int[] ids;
  private int length;

  /// Starts with the tokens of a prompt.
  public TokenHistory(int... prompt) {
    ids = prompt.clone();
    length = prompt.length;
  }

  /// Appends a token.
  public void add(int id) {
    if (length == ids.length) ids = Arrays.copyOf(ids, Math.max(64, 2 * length));
    ids[length++] = id;
  }

  public int length() {
    return length;
  }

  /// Returns the token at `index`, counted from the beginning.
  public int id(int index) {
    return ids[Objects.checkIndex(index, length)];
  }

  /// Returns a copy of the tokens.
  public int[] ids() {
    return Arrays.copyOf(ids, length);
  }
}
