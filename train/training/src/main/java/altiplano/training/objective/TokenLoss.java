package altiplano.training.objective;

import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;

/// Cross-entropy over the vocabulary.
///
/// @param labelSmoothing share of the target's mass spread over all tokens (Szegedy et al. 2016)
/// @param zLoss weight of the squared log-partition, which keeps logits near zero (Chowdhery et al.
///   2022); 1e-4 there
public record TokenLoss(double labelSmoothing, double zLoss) {
  public static final TokenLoss PLAIN = new TokenLoss(0, 0);

  /// Rows whose logits exist at a time: all of a batch would take more memory than the model.
  private static final int CHUNK = 1024;

  /// Returns the summed cross-entropy of the rows that have a target, and sends its gradient.
  ///
  /// The head runs chunk by chunk, forward and backward, on a leaf that stands for the hidden
  /// states; what the leaf has collected then goes on through the model.
  ///
  /// @param hidden `[n, width]`
  /// @param targets one a row, or [Ops#IGNORED]
  public double of(LlamaTrainingModel model, Tensor hidden, long[] targets, Backward backward) {
    var rows = new long[targets.length];
    int scored = 0;
    for (int i = 0; i < targets.length; i++) if (targets[i] != Ops.IGNORED) rows[scored++] = i;
    if (scored == 0) return 0;
    var kept = new long[scored];
    for (int i = 0; i < scored; i++) kept[i] = targets[(int) rows[i]];
    var wanted = Tensor.of(kept, scored);
    var states =
        scored == targets.length
            ? hidden
            : hidden.rows(Tensor.of(java.util.Arrays.copyOf(rows, scored), scored));
    var leaf = backward.active() ? states.detach().requireGradient() : states;
    var head = model.outputWeight();
    double sum = 0;
    for (int start = 0; start < scored; start += CHUNK) {
      int length = Math.min(CHUNK, scored - start);
      try (var _ = backward.active() ? Scope.training() : Scope.inference()) {
        var logits = Ops.linear(leaf.narrow(0, start, length), head).to(Dtype.FLOAT32);
        var loss = Ops.crossEntropy(logits, wanted.narrow(0, start, length), labelSmoothing);
        sum += loss.item();
        if (backward.active()) {
          if (zLoss > 0) loss = loss.plus(Ops.logSumExp(logits).square().sum().times(zLoss));
          backward.partly(loss);
        }
      }
    }
    if (backward.active()) backward.onward(states, leaf.gradient().orElseThrow());
    return sum;
  }
}
