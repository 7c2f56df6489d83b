package altiplano.training.model;

import altiplano.training.torch.Dtype;

/// What matrix products are computed in. Weights, gradients, norms, softmax and sums are always
/// float32 (Micikevicius et al. 2018).
public enum Precision {
  FLOAT32(Dtype.FLOAT32),
  BFLOAT16(Dtype.BFLOAT16),
  /// On CUDA only, with loss scaling.
  FLOAT16(Dtype.FLOAT16);

  private final Dtype compute;

  Precision(Dtype compute) {
    this.compute = compute;
  }

  public Dtype compute() {
    return compute;
  }
}
