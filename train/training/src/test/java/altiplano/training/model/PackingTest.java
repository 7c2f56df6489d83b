package altiplano.training.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import altiplano.training.data.Packed;
import altiplano.training.torch.Scope;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PackingTest {

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16"})
  void packed_texts_equal_the_same_texts_alone(Precision precision) {
    try (var _ = Scope.inference()) {
      var model = model(precision);
      var texts = LlamaTrainingModelTest.texts(2);
      var packed = Packed.of(texts);
      float[] together = model.logits(model.hidden(packed, true)).floats();
      int[] starts = packed.starts();
      float tolerance = precision == Precision.FLOAT32 ? 1e-4f : 0.15f;
      for (int i = 0; i < texts.size(); i++) {
        var alone = model.logits(model.hidden(Packed.of(List.of(texts.get(i))), true)).floats();
        for (int j = 0; j < alone.length; j++) {
          assertThat(together[starts[i] * 64 + j]).isCloseTo(alone[j], within(tolerance));
        }
      }
    }
  }

  @org.junit.jupiter.api.Test
  void bfloat16_tracks_float32() {
    try (var _ = Scope.inference()) {
      var packed = Packed.of(LlamaTrainingModelTest.texts(2));
      var wide = model(Precision.FLOAT32);
      var narrow = model(Precision.BFLOAT16);
      float[] expected = wide.logits(wide.hidden(packed, true)).floats();
      float[] actual = narrow.logits(narrow.hidden(packed, true)).floats();
      double difference = 0;
      double size = 0;
      for (int i = 0; i < expected.length; i++) {
        difference += Math.pow(actual[i] - expected[i], 2);
        size += Math.pow(expected[i], 2);
      }
      assertThat(Math.sqrt(difference / size)).isLessThan(0.02);
    }
  }

  private static LlamaTrainingModel model(Precision precision) {
    var config = LlamaTrainingModelTest.cases().getFirst().config();
    return new LlamaTrainingModel(
        config, LlamaTrainingModelTest.lively(config, 1), precision, 0, false, Optional.empty());
  }
}
