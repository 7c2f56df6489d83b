package altiplano.training.objective;

import altiplano.tokenizer.Tokenizer;
import altiplano.training.data.Packed;
import altiplano.training.data.Rows.Marked;
import altiplano.training.data.Rows.Span;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Dtype;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// One label a token: `O`, or `B-TYPE` at the first token of a span and `I-TYPE` at the others
/// (Ramshaw and Marcus 1995).
public record TokenLabels(String head, boolean causal) implements Task<TokenLabels.Example> {

  /// A text and the number of each token's label.
  public record Example(int[] tokens, long[] labels) {
    /// Lays spans over tokens; a token that a span only touches belongs to it.
    ///
    /// @param names of labels, in the order of the head
    public static Example of(Tokenizer tokenizer, Marked marked, List<String> names) {
      int[] tokens = tokenizer.encode(marked.text());
      var labels = new long[tokens.length];
      for (Span span : marked.spans()) {
        int from = bytes(marked.text(), span.start());
        int to = bytes(marked.text(), span.end());
        int at = 0;
        String prefix = "B-";
        for (int i = 0; i < tokens.length; i++) {
          int end = at + tokenizer.bytes(tokens[i]).length;
          if (end > from && at < to) {
            labels[i] = Math.max(0, names.indexOf(prefix + span.type()));
            prefix = "I-";
          }
          at = end;
        }
      }
      return new Example(tokens, labels);
    }

    private static int bytes(String text, int end) {
      return text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
    }
  }

  @Override
  public int tokens(Example item) {
    return item.tokens.length;
  }

  @Override
  public Batch batch(List<Example> items, long seed, String describe) {
    var packed = Packed.of(items.stream().map(Example::tokens).toList());
    var labels = packed.arrange(items.stream().map(Example::labels).toList());
    return new Texts(this, packed, labels, describe);
  }

  record Texts(TokenLabels task, Packed inputs, long[] labels, String describe) implements Batch {
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
      var states = model.hidden(inputs, task.causal).to(Dtype.FLOAT32);
      var logits = model.head(task.head, states);
      var wanted = Tensor.of(labels, labels.length);
      var loss = Ops.crossEntropy(logits, wanted, 0);
      backward.from(loss);
      return new Outcome(loss.item(), Map.of("accuracy", logits.argmax(1).equalCount(wanted)));
    }
  }
}
