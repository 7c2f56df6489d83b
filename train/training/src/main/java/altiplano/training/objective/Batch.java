package altiplano.training.objective;

import altiplano.training.model.LlamaTrainingModel;
import java.util.Map;

/// What one forward and backward pass takes.
public interface Batch {
  /// Returns the rows that the model computes; none is padding.
  int tokens();

  /// Returns what the mean loss is over: target tokens, pairs or texts.
  double units();

  /// Computes the loss and sends its gradient.
  Outcome run(LlamaTrainingModel model, Backward backward);

  /// Names the batch, so that one with a broken loss can be found again.
  String describe();

  /// What a batch came to.
  ///
  /// @param loss summed over the batch's units, nats
  /// @param measures further quotients, such as right answers over all
  record Outcome(double loss, Map<String, Measure> measures) {
    public static Outcome of(double loss) {
      return new Outcome(loss, Map.of());
    }
  }
}
