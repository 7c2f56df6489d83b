package altiplano.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.generation.Constraint;
import altiplano.generation.ConstraintState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Texts made by choosing among the allowed tokens at random.
final class Walks {
  private static final int LONGEST = 400;

  private Walks() {}

  /// Returns a random text, which is whole; or the empty list if none ended in time.
  ///
  /// Draws the end with probability 1/2 where it is allowed, and checks on the way that what the
  /// mask says of a token is what reading its bytes says.
  static List<String> text(Constraint constraint, ByteTokens tokens, Random random) {
    ConstraintState state = constraint.start(tokens);
    var ids = new ArrayList<Integer>();
    float[] logits = new float[tokens.size()];
    while (ids.size() < LONGEST) {
      Arrays.fill(logits, 0);
      state.mask(logits);
      var allowed = new ArrayList<Integer>();
      for (int id = 0; id < logits.length; id++) {
        boolean unmasked = logits[id] == 0;
        if (unmasked != state.allows(id)) throw new AssertionError("token " + id + " in the mask");
        if (unmasked && id != ByteTokens.END) allowed.add(id);
      }
      assertThat(logits[ByteTokens.END] == 0).isEqualTo(state.complete());
      assertThat(logits[ByteTokens.SPECIAL]).isNegative();
      assertThat(state.finished()).isEqualTo(allowed.isEmpty());
      if (state.complete() && (allowed.isEmpty() || random.nextBoolean())) {
        return List.of(tokens.decode(ids.stream().mapToInt(Integer::intValue).toArray()));
      }
      assertThat(allowed).as("a text that is not whole can go on").isNotEmpty();
      int id = allowed.get(random.nextInt(allowed.size()));
      ids.add(id);
      state = state.after(id);
    }
    return List.of();
  }

  /// Reads a text that must be accepted, in random tokens.
  static void accept(Constraint constraint, String text, ByteTokens tokens, Random random) {
    ConstraintState state = constraint.start(tokens);
    for (int id : tokens.cut(text, random)) {
      assertThat(state.allows(id)).as("'%s' may go on", text).isTrue();
      state = state.after(id);
    }
    assertThat(state.complete()).as("'%s' is whole", text).isTrue();
  }
}
