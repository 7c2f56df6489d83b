package altiplano.training.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import altiplano.training.data.Packed;
import altiplano.training.model.Adapters.Adapter;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptersTest {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_merged_adapter_equals_an_applied_one(boolean magnitude) {
    try (var _ = Scope.inference()) {
      var config = LlamaTrainingModelTest.cases().getFirst().config();
      var adapter = new Adapter(4, 8, magnitude, List.of("attn_q", "ffn_down"));
      var parameters = LlamaTrainingModelTest.lively(config, 1);
      Adapters.add(parameters, adapter, 2);
      for (var name : parameters.trained()) {
        var tensor = parameters.get(name);
        tensor.plusInPlace(Tensor.normal(tensor.shape()), 0.1);
      }
      var applied = model(config, parameters, Optional.of(adapter));
      var merged = new Parameters();
      applied.merged().forEach((name, tensor) -> merged.add(name, tensor.detach().copy()));
      var texts = Packed.of(LlamaTrainingModelTest.texts(3));
      float[] one = applied.logits(applied.hidden(texts, true)).floats();
      var plain = model(config, merged, Optional.empty());
      assertThat(plain.logits(plain.hidden(texts, true)).floats()).isEqualTo(one);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_new_adapter_changes_nothing_and_freezes_the_rest(boolean magnitude) {
    try (var _ = Scope.inference()) {
      var config = LlamaTrainingModelTest.cases().getFirst().config();
      var adapter = new Adapter(4, 8, magnitude, List.of("attn_q"));
      var parameters = LlamaTrainingModelTest.lively(config, 1);
      float[] before = parameters.get("blk.0.attn_q.weight").floats();
      Adapters.add(parameters, adapter, 2);
      float[] after =
          requireNonNull(
                  model(config, parameters, Optional.of(adapter))
                      .merged()
                      .get("blk.0.attn_q.weight"))
              .floats();
      for (int i = 0; i < before.length; i++) {
        assertThat(after[i]).isCloseTo(before[i], org.assertj.core.api.Assertions.within(1e-6f));
      }
      assertThat(parameters.trained()).allMatch(Adapters::isPart);
    }
  }

  private static LlamaTrainingModel model(
      altiplano.model.LlamaConfig config, Parameters parameters, Optional<Adapter> adapter) {
    return new LlamaTrainingModel(config, parameters, Precision.FLOAT32, 0, false, adapter);
  }
}
