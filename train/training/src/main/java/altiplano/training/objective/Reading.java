package altiplano.training.objective;

import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where the answer to a question stands in a passage: its first and its last token, each one of
/// the text's; the first token of the text stands for "not in the passage" (Devlin et al. 2019).
///
/// @param head of kind span
public record Reading(String head) implements Task<Reading.Example> {
  /// Most tokens of an answer, where the best one is looked for.
  private static final int LONGEST = 64;

  /// A question, its passage, and where the answer stands.
  ///
  /// @param tokens of question, line break and passage
  /// @param start first token of the answer, 0 if the passage has none
  /// @param end last token of the answer, 0 if the passage has none
  public record Example(int[] tokens, int start, int end) {
    public Example {
      if (start < 0 || end < start || end >= tokens.length) {
        throw new IllegalArgumentException(
            "an answer from %d to %d of %d tokens".formatted(start, end, tokens.length));
      }
    }
  }

  @Override
  public int tokens(Example item) {
    return item.tokens.length;
  }

  @Override
  public Batch batch(List<Example> items, long seed, String describe) {
    return new Texts(
        this, items, Packed.of(items.stream().map(Example::tokens).toList()), describe);
  }

  record Texts(Reading task, List<Example> items, Packed inputs, String describe) implements Batch {
    @Override
    public int tokens() {
      return inputs.rows();
    }

    @Override
    public double units() {
      return items.size();
    }

    @Override
    public Outcome run(LlamaTrainingModel model, Backward backward) {
      var states = model.hidden(inputs, false).to(Dtype.FLOAT32);
      var logits = model.head(task.head, states); // [n, 2]
      var losses = new ArrayList<Tensor>();
      int text = 0;
      for (Packed.Group group : inputs.groups()) {
        var wanted = new long[2 * group.texts()];
        for (int i = 0; i < group.texts(); i++) {
          Example item = items.get(inputs.order()[text++]);
          wanted[2 * i] = item.start;
          wanted[2 * i + 1] = item.end;
        }
        var overPositions = // [2 texts, length]
            logits
                .narrow(0, group.start(), group.rows())
                .view(group.texts(), group.length(), 2)
                .transpose(1, 2)
                .reshape(2L * group.texts(), group.length());
        losses.add(Ops.crossEntropy(overPositions, Tensor.of(wanted, wanted.length), 0));
      }
      var loss = Ops.stack(losses).sum().times(0.5);
      backward.from(loss);
      return new Outcome(loss.item(), measures(logits.floats()));
    }

    private Map<String, Measure> measures(float[] logits) {
      double exact = 0;
      double overlap = 0;
      int[] starts = inputs.starts();
      for (int i = 0; i < items.size(); i++) {
        Example item = items.get(i);
        int[] best = best(logits, starts[i], item.tokens.length);
        if (best[0] == item.start && best[1] == item.end) exact++;
        overlap += overlap(best, item);
      }
      return Map.of(
          "exact", new Measure(exact, items.size()), "f1", new Measure(overlap, items.size()));
    }

    /// Returns the ends of the likeliest answer of a text.
    private static int[] best(float[] logits, int row, int length) {
      int[] best = {0, 0};
      float most = logits[2 * row] + logits[2 * row + 1];
      for (int start = 1; start < length; start++) {
        for (int end = start; end < Math.min(length, start + LONGEST); end++) {
          float score = logits[2 * (row + start)] + logits[2 * (row + end) + 1];
          if (score > most) {
            most = score;
            best = new int[] {start, end};
          }
        }
      }
      return best;
    }

    /// Returns the harmonic mean of precision and recall over the answer's tokens.
    private static double overlap(int[] found, Example item) {
      if (found[0] == 0 || item.start == 0) return found[0] == item.start ? 1 : 0;
      int shared = Math.min(found[1], item.end) - Math.max(found[0], item.start) + 1;
      int both = found[1] - found[0] + item.end - item.start + 2;
      return 2.0 * Math.max(0, shared) / both;
    }
  }
}
