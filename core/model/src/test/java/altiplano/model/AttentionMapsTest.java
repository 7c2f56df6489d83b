package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import altiplano.testing.Shared;
import org.junit.jupiter.api.Test;

final class AttentionMapsTest {
  private static LlamaModel tiny() {
    return LlamaModel.open(Shared.path("fixtures/tiny-f32.gguf"));
  }

  @Test
  void weights_add_up_to_one_and_no_token_sees_a_later_one() {
    try (var model = tiny()) {
      var maps = model.attention(1, 40, 300, 7);
      assertThat(maps.layers()).isEqualTo(2);
      for (int layer = 0; layer < maps.layers(); layer++) {
        for (int head = 0; head < maps.heads(); head++) {
          for (int from = 0; from < maps.tokens(); from++) {
            double sum = 0;
            for (int at = 0; at < maps.tokens(); at++) {
              float weight = maps.weight(layer, head, from, at);
              if (at > from) assertThat(weight).isZero();
              sum += weight;
            }
            assertThat(sum).isCloseTo(1, within(1e-6));
          }
        }
      }
    }
  }

  @Test
  void a_token_s_row_does_not_change_when_more_follow() {
    try (var model = tiny()) {
      var shorter = model.attention(1, 40, 300);
      var longer = model.attention(1, 40, 300, 7, 9);
      for (int head = 0; head < shorter.heads(); head++) {
        for (int at = 0; at < 3; at++) {
          assertThat(longer.weight(1, head, 2, at))
              .isCloseTo(shorter.weight(1, head, 2, at), within(1e-5f));
        }
      }
    }
  }

  @Test
  void a_text_is_of_one_to_512_tokens() {
    try (var model = tiny()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.attention(new int[513]))
          .withMessage("attention is shown for 1 to 512 tokens, not 513");
    }
  }
}
