package altiplano.training.optimizer;

import altiplano.training.torch.Dtype;
import altiplano.training.torch.Tensor;

/// Momentum whose update is made orthogonal (Jordan et al. 2024).
///
/// Scaled to the size of AdamW's update as in Liu et al. 2025, "Muon is Scalable for LLM Training",
/// so that one rate serves both.
final class Muon {
  /// Coefficients of the quintic iteration that moves all singular values towards one.
  private static final double A = 3.4445;

  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final int ITERATIONS = 5;

  private Muon() {}

  static void step(
      Tensor weight, Tensor gradient, Tensor momentum, double rate, double beta, double decay) {
    momentum.lerpInPlace(gradient, 1 - beta);
    var update = orthogonal(gradient.copy().lerpInPlace(momentum, beta)); // Nesterov
    double scale = 0.2 * Math.sqrt((double) Math.max(weight.size(0), weight.size(1)));
    weight.timesInPlace(1 - rate * decay);
    weight.plusInPlace(update, -rate * scale);
  }

  /// Returns nearly `U V^T` of the singular value decomposition `U S V^T`.
  static Tensor orthogonal(Tensor matrix) {
    boolean tall = matrix.size(0) > matrix.size(1);
    var x = (tall ? matrix.t() : matrix).times(1 / (matrix.norm() + 1e-7)).to(Dtype.BFLOAT16);
    for (int i = 0; i < ITERATIONS; i++) {
      var gram = x.matmul(x.t());
      var polynomial = gram.times(B).plus(gram.matmul(gram).times(C));
      x = x.times(A).plus(polynomial.matmul(x));
    }
    return (tall ? x.t() : x).to(Dtype.FLOAT32);
  }
}
