package altiplano.training.objective;

import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Tensor;
import java.util.Optional;

/// Where a loss goes: back through the model, scaled, or nowhere.
///
/// @param model empty in evaluation
/// @param scale factor on the gradient of the summed loss
public record Backward(Optional<LlamaTrainingModel> model, double scale) {
  /// For evaluation.
  public static final Backward NONE = new Backward(Optional.empty(), 0);

  public static Backward through(LlamaTrainingModel model, double scale) {
    return new Backward(Optional.of(model), scale);
  }

  public boolean active() {
    return model.isPresent();
  }

  /// Sends the gradient of a summed loss back to the parameters.
  public void from(Tensor loss) {
    if (model.isEmpty()) return;
    loss.times(scale).backward();
    model.get().finishBackward();
  }

  /// Sends the gradient of a part of a loss back to leaves above the blocks.
  void partly(Tensor loss) {
    loss.times(scale).backward();
  }

  /// Sends a gradient that already holds the scale on from hidden states.
  void onward(Tensor hidden, Tensor gradient) {
    hidden.backward(gradient);
    model.orElseThrow().finishBackward();
  }
}
