package altiplano.training.objective;

import altiplano.model.Head.Pooling;
import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Tensor;
import java.util.List;
import java.util.Map;

/// One label a text, by a linear over its pooled state.
///
/// @param head name of the head; its parameters are `head.NAME.weight` and `.bias`
public record Classification(String head, Pooling pooling, boolean causal)
    implements Task<Classification.Example> {

  /// A text and the number of its label.
  public record Example(int[] tokens, int label) {}

  @Override
  public int tokens(Example item) {
    return item.tokens.length;
  }

  @Override
  public Batch batch(List<Example> items, long seed, String describe) {
    var packed = Packed.of(items.stream().map(Example::tokens).toList());
    var labels = items.stream().mapToLong(Example::label).toArray();
    return new Texts(this, packed, labels, describe);
  }

  record Texts(Classification task, Packed inputs, long[] labels, String describe)
      implements Batch {
    @Override
    public int tokens() {
      return inputs.rows();
    }

    @Override
    public double units() {
      return labels.length;
    }

    @Override
    public Outcome run(LlamaTrainingModel model, Backward backward) {
      var pooled = Pooled.of(model.hidden(inputs, task.causal), inputs, task.pooling);
      var logits = model.head(task.head, pooled);
      var wanted = Tensor.of(labels, labels.length);
      var loss = Ops.crossEntropy(logits, wanted, 0);
      backward.from(loss);
      return new Outcome(
          loss.item(),
          Map.of("accuracy", new Measure(logits.argmax(1).equalCount(wanted), units())));
    }
  }
}
