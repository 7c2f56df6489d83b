package altiplano.training.torch;

import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;

/// One AdamW step over many tensors in one native call (Loshchilov and Hutter 2019).
///
/// libtorch's own optimiser class is not used: the preset reads its betas in reverse order, and its
/// state cannot be reached for a checkpoint.
public final class FusedAdamW {
  private FusedAdamW() {}

  /// Updates `parameters`, `means` and `squares` in place. Call it in an inference scope.
  ///
  /// @param means running means of the gradients, as the parameters
  /// @param squares running means of the squared gradients, as the parameters
  /// @param steps one float32 scalar a parameter: the number of updates made, counted up here
  public static void step(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> means,
      List<Tensor> squares,
      List<Tensor> steps,
      double rate,
      double beta1,
      double beta2,
      double decay,
      double epsilon) {
    if (parameters.isEmpty()) return;
    for (Tensor made : steps) made.raw.add_(new Scalar(1)); // the kernel expects the new number
    Dispatch.call(
        "aten::_fused_adamw_",
        "",
        Dispatch.list(parameters),
        Dispatch.list(gradients),
        Dispatch.list(means),
        Dispatch.list(squares),
        Dispatch.list(List.of()),
        Dispatch.list(steps),
        new IValue(rate),
        new IValue(beta1),
        new IValue(beta2),
        new IValue(decay),
        new IValue(epsilon),
        new IValue(false),
        new IValue(false),
        new IValue(),
        new IValue());
  }
}
