package altiplano.generation.constraint;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.generation.constraint.Automaton.State;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HashSet;
import java.util.Set;

/// Texts of a few whole characters, none of which means anything in JSON.
///
/// Most tokens are plain text, and inside a string a constraint most often allows all of them:
/// finding that out once is much cheaper than walking through them (the slices of llguidance).
final class PlainText {
  private static final int MOST_CHARACTERS = 16;

  /// More states than that are not worth following.
  private static final int MOST_STATES = 16;

  private PlainText() {}

  /// Returns whether a token is plain text.
  static boolean holds(byte[] token) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(token)).toString();
      int characters = text.codePointCount(0, text.length());
      return characters > 0
          && characters <= MOST_CHARACTERS
          && text.chars().noneMatch(c -> c < ' ' || c == '"' || c == '\\');
    } catch (CharacterCodingException cut) {
      return false;
    }
  }

  /// Returns whether all plain text may follow a state, without reaching a place to end before it.
  static boolean mayFollow(State start) {
    var states = Set.of(start);
    for (int i = 0; i < MOST_CHARACTERS; i++) {
      var next = new HashSet<State>();
      if (!addAll(next, states, ' ', '!') || !addAll(next, states, '#', '[')) return false;
      if (!addAll(next, states, ']', 0x7f)) return false;
      for (int[] lead : LEADS) {
        var middle = new HashSet<State>();
        if (!addAll(middle, states, lead[0], lead[1])) return false;
        for (int more = lead[2]; more > 0; more--) {
          boolean second = more == lead[2];
          var after = more == 1 ? next : new HashSet<State>();
          int first = second ? lead[3] : 0x80;
          if (!addAll(after, middle, first, second ? lead[4] : 0xbf)) return false;
          middle = after;
        }
      }
      if (next.equals(states)) return true;
      if (next.size() > MOST_STATES) return false;
      states = next;
    }
    return true;
  }

  /// Leading bytes of UTF-8: first and last, how many bytes follow, range of the second byte.
  private static final int[][] LEADS = {
    {0xc2, 0xdf, 1, 0x80, 0xbf},
    {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf},
    {0xed, 0xed, 2, 0x80, 0x9f},
    {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf},
    {0xf4, 0xf4, 3, 0x80, 0x8f}
  };

  /// Adds what follows the states after each byte of a range; false if that is nothing or an end.
  private static boolean addAll(Set<State> next, Set<State> states, int first, int last) {
    for (State state : states) {
      for (int value = first; value <= last; value++) {
        State after = state.after((byte) value);
        if (after.isImpossible() || after.accepting()) return false;
        next.add(after);
      }
    }
    return true;
  }
}
