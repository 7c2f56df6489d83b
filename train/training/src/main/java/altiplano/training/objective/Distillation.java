package altiplano.training.objective;

import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Learns a larger model's distribution over the next token beside the token itself (Hinton et al.
/// 2015).
///
/// @param teacher frozen, of the same vocabulary
/// @param temperature softens both distributions; the loss is scaled by its square
/// @param share of the teacher's loss
public record Distillation(LlamaTrainingModel teacher, double temperature, double share)
    implements Task<List<int[]>> {

  @Override
  public int tokens(List<int[]> item) {
    return item.stream().mapToInt(text -> text.length - 1).sum();
  }

  @Override
  public Batch batch(List<List<int[]>> items, long seed, String describe) {
    var inputs = new ArrayList<int[]>();
    var targets = new ArrayList<long[]>();
    for (int[] tokens : items.stream().flatMap(List::stream).toList()) {
      inputs.add(Arrays.copyOf(tokens, tokens.length - 1));
      targets.add(Arrays.stream(tokens, 1, tokens.length).asLongStream().toArray());
    }
    var packed = Packed.of(inputs);
    return new Texts(this, packed, packed.arrange(targets), describe);
  }

  record Texts(Distillation task, Packed inputs, long[] targets, String describe) implements Batch {
    @Override
    public int tokens() {
      return inputs.rows();
    }

    @Override
    public double units() {
      return targets.length;
    }

    @Override
    public Outcome run(LlamaTrainingModel model, Backward backward) {
      Tensor taught;
      try (var _ = Scope.inference()) {
        task.teacher.newGraph(0);
        var logits = task.teacher.logits(task.teacher.hidden(inputs, true));
        taught = Ops.softmax(logits.times(1 / task.temperature)).keep();
      }
      var logits = model.logits(model.hidden(inputs, true));
      var soft = Ops.logSoftmax(logits.times(1 / task.temperature)).times(taught).sum();
      taught.release();
      var hard = Ops.crossEntropy(logits, Tensor.of(targets, targets.length), 0);
      var loss =
          hard.times(1 - task.share)
              .minus(soft.times(task.share * task.temperature * task.temperature));
      backward.from(loss);
      return Outcome.of(loss.item());
    }
  }
}
