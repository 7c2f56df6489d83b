package altiplano.training.model;

import altiplano.model.LlamaConfig;
import altiplano.training.torch.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Small models and texts for tests outside this package.
public final class TestModels {
  private TestModels() {}

  /// Returns Llama 3.1 with 2 layers of width 32, 64 tokens and places for 32.
  public static LlamaConfig llama() {
    return LlamaTrainingModelTest.cases().getFirst().config();
  }

  /// Returns a float32 model with lively weights.
  public static LlamaTrainingModel of(LlamaConfig config, long seed, double dropout) {
    return new LlamaTrainingModel(
        config,
        LlamaTrainingModelTest.lively(config, seed),
        Precision.FLOAT32,
        dropout,
        false,
        Optional.empty());
  }

  /// Returns four texts of 9, 17, 9 and 5 tokens.
  public static List<int[]> texts(long seed) {
    return LlamaTrainingModelTest.texts(seed);
  }

  /// Returns what has been collected since the last call.
  public static Map<String, float[]> takeGradients(LlamaTrainingModel model) {
    var gradients = new HashMap<String, float[]>();
    model
        .parameters()
        .all()
        .forEach((name, tensor) ->
            gradients.put(name, tensor.gradient().map(Tensor::floats).orElse(new float[0])));
    model.parameters().clearGradients();
    return gradients;
  }
}
