package altiplano.training.objective;

import altiplano.model.Head.Pooling;
import altiplano.training.data.Packed;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Tensor;
import java.util.Arrays;

/// One vector for each text, made of its rows.
final class Pooled {
  private Pooled() {}

  /// Returns `[texts, width]` float32, in the order in which the texts were given.
  static Tensor of(Tensor hidden, Packed texts, Pooling pooling) {
    int[] starts = texts.starts();
    int[] lengths = texts.lengths();
    var states = hidden.to(Dtype.FLOAT32);
    return switch (pooling) {
      case LAST -> {
        var last = new long[starts.length];
        Arrays.setAll(last, i -> starts[i] + lengths[i] - 1);
        yield states.rows(Tensor.of(last, last.length));
      }
      case MEAN -> {
        var text = new long[texts.rows()];
        var share = new float[starts.length];
        for (int i = 0; i < starts.length; i++) {
          Arrays.fill(text, starts[i], starts[i] + lengths[i], i);
          share[i] = 1f / lengths[i];
        }
        var zeros = Tensor.zeros(Dtype.FLOAT32, starts.length, hidden.size(1));
        var sums = Ops.addRows(zeros, Tensor.of(text, text.length), states);
        yield sums.times(Tensor.of(share, share.length, 1));
      }
    };
  }

  /// Divides each row by its Euclidean norm.
  static Tensor normalised(Tensor vectors) {
    return vectors.times(vectors.square().sum(1, true).plus(1e-12).rsqrt());
  }
}
