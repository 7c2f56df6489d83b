package altiplano.corpus.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.corpus.augment.Masking.Masked;
import altiplano.corpus.augment.Masking.Style;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MaskingTest {
  private static final int BEGIN = 5_000;
  private static final int END = 5_001;
  private static final int MASK = 5_002;
  private static final List<Integer> FIXED = List.of(BEGIN, END);
  private static final int[] TOKENS =
      IntStream.concat(
              IntStream.concat(IntStream.of(BEGIN), IntStream.range(1_000, 3_000)),
              IntStream.of(END))
          .toArray();

  private final Masking masking = new Masking(0.15, MASK, 1_000);

  @ParameterizedTest
  @EnumSource(
      value = Style.class,
      names = {"TOKEN", "SPAN"})
  void a_share_is_hidden_and_labels_say_what_was_there(Style style) {
    Masked masked = masking.hide(TOKENS, style, FIXED, new SplittableRandom(1));
    int hidden = 0;
    int shown = 0;
    int random = 0;
    for (int i = 0; i < TOKENS.length; i++) {
      if (masked.labels()[i] == Masking.IGNORED) {
        assertThat(masked.input()[i]).isEqualTo(TOKENS[i]);
        continue;
      }
      hidden++;
      assertThat(masked.labels()[i]).isEqualTo(TOKENS[i]);
      if (masked.input()[i] == MASK) shown++;
      else if (masked.input()[i] < 1_000) random++;
    }
    assertThat(hidden).isEqualTo(300);
    assertThat((double) shown / hidden).isCloseTo(0.8, within(0.12));
    assertThat((double) random / hidden).isCloseTo(0.1, within(0.08));
    assertThat(masked.labels()[0]).isEqualTo(Masking.IGNORED);
    assertThat(masked.labels()[TOKENS.length - 1]).isEqualTo(Masking.IGNORED);
  }

  @Test
  void spans_are_longer_than_single_places() {
    assertThat(runs(Style.SPAN)).isLessThan(runs(Style.TOKEN) / 2);
  }

  @Test
  void the_target_of_infilling_fills_the_sentinels() {
    List<Integer> sentinels = IntStream.range(6_000, 6_200).boxed().toList();
    Masked masked = masking.infill(TOKENS, sentinels, END, FIXED, new SplittableRandom(3));
    var filled = new ArrayList<Integer>();
    int[] target = masked.labels();
    for (int id : masked.input()) {
      if (!sentinels.contains(id)) {
        filled.add(id);
        continue;
      }
      int at =
          IntStream.range(0, target.length).filter(i -> target[i] == id).findFirst().orElseThrow();
      while (target[++at] < 5_000) filled.add(target[at]);
    }
    assertThat(filled).containsExactlyElementsOf(Arrays.stream(TOKENS).boxed().toList());
    assertThat(target[target.length - 1]).isEqualTo(END);
    assertThat(masked.input().length).isLessThan(TOKENS.length * 9 / 10);
  }

  @Test
  void the_same_random_numbers_give_the_same_places() {
    assertThat(masking.hide(TOKENS, Style.SPAN, FIXED, new SplittableRandom(4)))
        .usingRecursiveComparison()
        .isEqualTo(masking.hide(TOKENS, Style.SPAN, FIXED, new SplittableRandom(4)));
  }

  @Test
  void documents_of_a_token_or_of_none_are_no_trouble() {
    var random = new SplittableRandom(5);
    Masked one = masking.hide(new int[] {BEGIN, 7, END}, Style.SPAN, FIXED, random);
    assertThat(one.labels()).containsExactly(Masking.IGNORED, 7, Masking.IGNORED);
    Masked none = masking.hide(new int[] {BEGIN, END}, Style.TOKEN, FIXED, random);
    assertThat(none.labels()).containsOnly(Masking.IGNORED);
  }

  @Test
  void a_share_beyond_the_whole_is_refused() {
    assertThatThrownBy(() -> new Masking(1.5, MASK, 10))
        .hasMessage("share 1.5: more than 0, less than 1");
  }

  private int runs(Style style) {
    int[] labels = masking.hide(TOKENS, style, FIXED, new SplittableRandom(2)).labels();
    int runs = 0;
    for (int i = 1; i < labels.length; i++) {
      if (labels[i] != Masking.IGNORED && labels[i - 1] == Masking.IGNORED) runs++;
    }
    return runs;
  }
}
