package altiplano.training.optimizer;

import altiplano.training.model.Parameters;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/// The running average of all weights: what is evaluated and saved in place of the last ones.
public final class WeightAverage {
  private final Parameters parameters;
  private final double decay;
  private final Map<String, Tensor> average = new LinkedHashMap<>();

  /// @param decay how much of the average stays each step, such as 0.997
  public WeightAverage(Parameters parameters, double decay) {
    this.parameters = parameters;
    this.decay = decay;
    try (var _ = Scope.inference()) {
      parameters.all().forEach((name, tensor) -> average.put(name, tensor.copy().keep()));
    }
  }

  /// Returns the averages by parameter name; writing into the tensors restores them.
  public Map<String, Tensor> tensors() {
    return average;
  }

  /// Takes the weights after step `step`, counted from 1. Early averages forget faster, so that the
  /// start does not linger.
  public void update(int step) {
    double keep = Math.min(decay, (step - 1.0) / (step + 9.0));
    try (var _ = Scope.inference()) {
      average.forEach((name, tensor) -> tensor.lerpInPlace(parameters.get(name), 1 - keep));
    }
  }

  /// Exchanges weights and averages; a second call takes it back.
  public void swap() {
    try (var _ = Scope.inference()) {
      average.forEach((name, tensor) -> {
        var weight = parameters.get(name);
        var kept = weight.copy();
        weight.copyInPlace(tensor);
        tensor.copyInPlace(kept);
      });
    }
  }
}
