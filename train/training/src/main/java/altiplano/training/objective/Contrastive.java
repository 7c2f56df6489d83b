package altiplano.training.objective;

import altiplano.model.Head.Pooling;
import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import altiplano.training.torch.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// InfoNCE: each text shall find its pair among all the others of the batch (van den Oord et al.
/// 2018), hard negatives among them.
///
/// Gradients are cached (Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under
/// Memory Limited Setup"): vectors are made without a graph, the loss gives each its gradient, and
/// the texts are read again, piece by piece, to send it on. A batch can so be larger than memory.
///
/// @param head whose linear maps the pooled states, if it has one
/// @param temperature divides the cosines
/// @param pairs in a batch
/// @param piece most tokens that are read at a time
public record Contrastive(
    String head, double temperature, int pairs, Pooling pooling, boolean causal, int piece)
    implements Task<Contrastive.Example> {

  /// Two texts of equal meaning and some that are only close.
  public record Example(int[] a, int[] b, List<int[]> negatives) {}

  @Override
  public int tokens(Example item) {
    return item.a.length
        + item.b.length
        + item.negatives.stream().mapToInt(negative -> negative.length).sum();
  }

  @Override
  public int mostItems() {
    return pairs;
  }

  @Override
  public Batch batch(List<Example> items, long seed, String describe) {
    var texts = new ArrayList<int[]>();
    for (Example item : items) texts.add(item.a);
    for (Example item : items) texts.add(item.b);
    for (Example item : items) texts.addAll(item.negatives);
    return new Texts(this, items.size(), texts, seed, describe);
  }

  /// All first texts, all second, all negatives.
  record Texts(Contrastive task, int pairs, List<int[]> texts, long seed, String describe)
      implements Batch {
    @Override
    public int tokens() {
      return texts.stream().mapToInt(text -> text.length).sum();
    }

    @Override
    public double units() {
      return pairs;
    }

    @Override
    public Outcome run(LlamaTrainingModel model, Backward backward) {
      var pieces = pieces();
      var parts = new ArrayList<Tensor>();
      for (int i = 0; i < pieces.size(); i++) {
        try (var _ = Scope.inference()) {
          model.newGraph(seed + i);
          parts.add(vectors(model, pieces.get(i)).keep());
        }
      }
      var vectors = Ops.concatenate(parts, 0).copy();
      parts.forEach(Tensor::release);
      if (backward.active()) vectors.requireGradient();
      var outcome = loss(vectors, backward);
      if (backward.active()) send(model, backward, pieces, vectors.gradient().orElseThrow());
      return outcome;
    }

    private Outcome loss(Tensor vectors, Backward backward) {
      var a = vectors.narrow(0, 0, pairs);
      var others = vectors.narrow(0, pairs, texts.size() - pairs);
      var scores = a.matmul(others.t()).times(1 / task.temperature);
      var right = new long[pairs];
      Arrays.setAll(right, i -> i);
      var wanted = Tensor.of(right, pairs);
      var loss = Ops.crossEntropy(scores, wanted, 0);
      if (backward.active()) backward.partly(loss);
      return new Outcome(
          loss.item(), Map.of("accuracy", new Measure(scores.argmax(1).equalCount(wanted), pairs)));
    }

    /// Reads the texts again, dropout as before, and sends each vector's gradient on.
    private void send(
        LlamaTrainingModel model, Backward backward, List<List<int[]>> pieces, Tensor gradient) {
      long at = 0;
      for (int i = 0; i < pieces.size(); i++) {
        try (var _ = Scope.training()) {
          model.newGraph(seed + i);
          int count = pieces.get(i).size();
          backward.onward(vectors(model, pieces.get(i)), gradient.narrow(0, at, count));
          at += count;
        }
      }
    }

    private Tensor vectors(LlamaTrainingModel model, List<int[]> some) {
      var packed = Packed.of(some);
      var pooled = Pooled.of(model.hidden(packed, task.causal), packed, task.pooling);
      return Pooled.normalised(model.hasHead(task.head) ? model.head(task.head, pooled) : pooled);
    }

    private List<List<int[]>> pieces() {
      var pieces = new ArrayList<List<int[]>>();
      var piece = new ArrayList<int[]>();
      int rows = 0;
      for (int[] text : texts) {
        if (!piece.isEmpty() && rows + text.length > task.piece) {
          pieces.add(List.copyOf(piece));
          piece.clear();
          rows = 0;
        }
        piece.add(text);
        rows += text.length;
      }
      pieces.add(List.copyOf(piece));
      return pieces;
    }
  }
}
