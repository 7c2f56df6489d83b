package altiplano.training.objective;

import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Chosen replies over rejected ones, without a reward model (Rafailov et al. 2023, DPO), with the
/// chosen reply's own loss added as in Llama 3.1's recipe.
///
/// @param reference the model that the run started from, frozen
/// @param beta how strongly it holds
/// @param imitation weight of the chosen reply's mean cross-entropy
public record Preference(LlamaTrainingModel reference, double beta, double imitation)
    implements Task<Preference.Example> {

  /// The same prompt with both replies.
  public record Example(Instruct.Example chosen, Instruct.Example rejected) {}

  @Override
  public int tokens(Example item) {
    return item.chosen.inputs().length + item.rejected.inputs().length;
  }

  @Override
  public Batch batch(List<Example> items, long seed, String describe) {
    var all = new ArrayList<Instruct.Example>();
    for (Example item : items) all.add(item.chosen);
    for (Example item : items) all.add(item.rejected);
    var packed = Packed.of(all.stream().map(Instruct.Example::inputs).toList());
    var targets = packed.arrange(all.stream().map(Instruct.Example::targets).toList());
    return new Replies(this, items.size(), packed, targets, describe);
  }

  /// All chosen replies, then all rejected ones.
  record Replies(Preference task, int pairs, Packed inputs, long[] targets, String describe)
      implements Batch {
    @Override
    public int tokens() {
      return inputs.rows();
    }

    @Override
    public double units() {
      return pairs;
    }

    @Override
    public Outcome run(LlamaTrainingModel model, Backward backward) {
      Tensor before;
      try (var _ = Scope.inference()) {
        task.reference.newGraph(0);
        before = logProbabilities(task.reference).keep();
      }
      var now = logProbabilities(model);
      var rewards = now.minus(before).times(task.beta); // [2 pairs]
      before.release();
      var margin = rewards.narrow(0, 0, pairs).minus(rewards.narrow(0, pairs, pairs));
      var loss = Ops.logSigmoid(margin).sum().negative();
      if (task.imitation > 0) {
        var chosen = now.narrow(0, 0, pairs).times(Tensor.of(chosenShares(), pairs));
        loss = loss.minus(chosen.sum().times(task.imitation));
      }
      backward.from(loss);
      double right = 0;
      for (float one : margin.floats()) if (one > 0) right++;
      return new Outcome(
          loss.item(),
          Map.of(
              "reward_margin", new Measure(margin.sum().item(), pairs),
              "reward_accuracy", new Measure(right, pairs)));
    }

    /// Returns the summed log-probability of each reply, `[2 pairs]`.
    private Tensor logProbabilities(LlamaTrainingModel model) {
      var rows = scoredRows();
      var wanted = Arrays.stream(rows).map(row -> targets[(int) row]).toArray();
      var hidden = model.hidden(inputs, true).rows(Tensor.of(rows, rows.length));
      var scores =
          Ops.logSoftmax(model.logits(hidden)).gather(1, Tensor.of(wanted, wanted.length, 1));
      var text = textOfRow();
      var owner = Arrays.stream(rows).map(row -> text[(int) row]).toArray();
      var zeros = Tensor.zeros(Dtype.FLOAT32, 2L * pairs);
      return Ops.addRows(zeros, Tensor.of(owner, owner.length), scores.squeeze(1));
    }

    private long[] scoredRows() {
      return java.util.stream.LongStream.range(0, targets.length)
          .filter(row -> targets[(int) row] != Ops.IGNORED)
          .toArray();
    }

    private long[] textOfRow() {
      var text = new long[inputs.rows()];
      int[] starts = inputs.starts();
      int[] lengths = inputs.lengths();
      for (int i = 0; i < starts.length; i++) {
        Arrays.fill(text, starts[i], starts[i] + lengths[i], i);
      }
      return text;
    }

    private float[] chosenShares() {
      var shares = new float[pairs];
      var text = textOfRow();
      for (long row : scoredRows()) if (text[(int) row] < pairs) shares[(int) text[(int) row]]++;
      for (int i = 0; i < pairs; i++) shares[i] = 1 / Math.max(1, shares[i]);
      return shares;
    }
  }
}
