package altiplano.training.torch;

import static altiplano.training.torch.Tensor.vector;

import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// The operations of the model and its losses, each one libtorch call.
public final class Ops {
  /// Targets with this value are left out of [#crossEntropy].
  public static final long IGNORED = -100;

  private Ops() {}

  /// Returns `x W^T`.
  ///
  /// @param x `[rows, in]`
  /// @param weight `[out, in]`
  public static Tensor linear(Tensor x, Tensor weight) {
    return new Tensor(torch.linear(x.raw, weight.raw));
  }

  /// Returns `x W^T + b`.
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return new Tensor(torch.linear(x.raw, weight.raw, new TensorOptional(bias.raw)));
  }

  /// Returns rows of `table` `[vocabulary, width]`.
  public static Tensor embedding(Tensor table, Tensor ids) {
    return new Tensor(torch.embedding(table.raw, ids.raw));
  }

  /// Zhang and Sennrich 2019: `x / sqrt(mean(x^2) + epsilon) * weight`.
  public static Tensor rmsNorm(Tensor x, Tensor weight, double epsilon) {
    return new Tensor(
        torch.rms_norm(
            x.raw,
            new long[] {weight.size(0)},
            new TensorOptional(weight.raw),
            new DoubleOptional(epsilon)));
  }

  /// Ba et al. 2016.
  public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
    return new Tensor(
        torch.layer_norm(
            x.raw,
            new long[] {weight.size(0)},
            new TensorOptional(weight.raw),
            new TensorOptional(bias.raw),
            epsilon,
            true));
  }

  public static Tensor silu(Tensor x) {
    return new Tensor(torch.silu(x.raw));
  }

  public static Tensor relu(Tensor x) {
    return new Tensor(torch.relu(x.raw));
  }

  /// The form with the hyperbolic tangent, as in GPT-2 and ggml.
  public static Tensor gelu(Tensor x) {
    return new Tensor(torch.gelu(x.raw, "tanh"));
  }

  public static Tensor sigmoid(Tensor x) {
    return new Tensor(torch.sigmoid(x.raw));
  }

  public static Tensor logSigmoid(Tensor x) {
    return new Tensor(torch.log_sigmoid(x.raw));
  }

  /// Attention of every query over its keys, scaled by `1/sqrt(head size)`.
  ///
  /// @param q `[sequences, heads, length, head size]`
  /// @param k `[sequences, key-value heads, length, head size]`; each is read by `heads / key-value
  ///   heads` query heads
  /// @param v as `k`
  public static Tensor attention(Tensor q, Tensor k, Tensor v, boolean causal) {
    boolean grouped = q.size(1) != k.size(1);
    return new Tensor(
        torch.scaled_dot_product_attention(
            q.raw, k.raw, v.raw, new TensorOptional(), 0.0, causal, new DoubleOptional(), grouped));
  }

  /// As [#attention(Tensor, Tensor, Tensor, boolean)], where only pairs that `mask` (bool,
  /// `[length, length]`) marks see each other.
  public static Tensor attention(Tensor q, Tensor k, Tensor v, Tensor mask) {
    boolean grouped = q.size(1) != k.size(1);
    return new Tensor(
        torch.scaled_dot_product_attention(
            q.raw,
            k.raw,
            v.raw,
            new TensorOptional(mask.raw),
            0.0,
            false,
            new DoubleOptional(),
            grouped));
  }

  /// Turns pairs of adjacent numbers by angles, as complex products.
  ///
  /// @param x `[rows, heads, head size]` float32
  /// @param turns `[rows, 1, head size / 2, 2]`: cosine and sine
  public static Tensor rotate(Tensor x, Tensor turns) {
    var shape = x.shape();
    var pairs = torch.view_as_complex(x.raw.reshape(shape[0], shape[1], shape[2] / 2, 2));
    var turned = pairs.mul(torch.view_as_complex(turns.raw));
    return new Tensor(torch.view_as_real(turned).reshape(shape));
  }

  /// Returns the sum over rows of the cross-entropy; rows whose target is [#IGNORED] count nothing.
  ///
  /// @param logits `[rows, classes]` float32
  /// @param targets `[rows]` int64
  /// @param smoothing share of the target's mass that is spread over all classes
  public static Tensor crossEntropy(Tensor logits, Tensor targets, double smoothing) {
    long sum = 2;
    return new Tensor(
        torch.cross_entropy_loss(
            logits.raw, targets.raw, new TensorOptional(), sum, IGNORED, smoothing));
  }

  public static Tensor logSumExp(Tensor x) {
    return new Tensor(torch.logsumexp(x.raw, new long[] {-1}, false));
  }

  public static Tensor softmax(Tensor x) {
    return new Tensor(torch.softmax(x.raw, -1, new ScalarTypeOptional()));
  }

  public static Tensor logSoftmax(Tensor x) {
    return new Tensor(torch.log_softmax(x.raw, -1, new ScalarTypeOptional()));
  }

  /// Zeroes a share of the values and scales the rest up.
  public static Tensor dropout(Tensor x, double share) {
    return share == 0 ? x : new Tensor(torch.dropout(x.raw, share, true));
  }

  public static Tensor concatenate(List<Tensor> parts, int dimension) {
    return parts.size() == 1 ? parts.getFirst() : new Tensor(torch.cat(vector(parts), dimension));
  }

  public static Tensor stack(List<Tensor> parts) {
    return new Tensor(torch.stack(vector(parts), 0));
  }

  /// Adds each row of `rows` to the row of `target` that `indices` names.
  public static Tensor addRows(Tensor target, Tensor indices, Tensor rows) {
    return new Tensor(torch.index_add(target.raw, 0, indices.raw, rows.raw));
  }

  /// Scales gradients so that their joint norm is at most `limit`.
  ///
  /// @return the norm before
  public static double clipGradients(List<Tensor> leaves, double limit) {
    return torch.clip_grad_norm_(vector(leaves), limit);
  }
}
