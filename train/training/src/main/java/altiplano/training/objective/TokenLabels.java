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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/// One label a token: `O`, or `B-TYPE` at the first token of a span and `I-TYPE` at the others
/// (Ramshaw and Marcus 1995).
///
/// @param labels in the order of the head
public record TokenLabels(String head, List<String> labels, boolean causal)
    implements Task<TokenLabels.Example> {

  /// A text and the number of each token's label.
  public record Example(int[] tokens, long[] labels) {
    /// Lays spans over tokens; a token that a span only touches belongs to it, and spans of types
    /// that are not among the names are left out.
    ///
    /// @param names of labels, in the order of the head
    public static Example of(Tokenizer tokenizer, Marked marked, List<String> names) {
      int[] tokens = tokenizer.encode(marked.text());
      var labels = new long[tokens.length];
      for (Span span : marked.spans()) {
        if (!names.contains("B-" + span.type())) continue;
        int from = bytes(marked.text(), span.start());
        int to = bytes(marked.text(), span.end());
        int at = 0;
        String prefix = "B-";
        for (int i = 0; i < tokens.length; i++) {
          int end = at + tokenizer.bytes(tokens[i]).length;
          if (end > from && at < to) {
            labels[i] = names.indexOf(prefix + span.type());
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

  /// Returns the labels of span types: `O`, then `B-` and `I-` of each.
  public static List<String> names(List<String> types) {
    var names = new ArrayList<String>(List.of("O"));
    for (String type : types) names.addAll(List.of("B-" + type, "I-" + type));
    return List.copyOf(names);
  }

  /// A run of tokens of one type; `end` is behind the last.
  private record Run(int start, int end, String type) {}

  /// Reads labels as spans; an `I` that continues nothing begins one.
  private Set<Run> spans(int length, IntUnaryOperator labelAt) {
    var spans = new HashSet<Run>();
    String open = "";
    int start = 0;
    for (int i = 0; i <= length; i++) {
      String label = i < length ? labels.get(labelAt.applyAsInt(i)) : "O";
      if (!open.isEmpty() && label.equals("I-" + open)) continue;
      if (!open.isEmpty()) spans.add(new Run(start, i, open));
      open = label.equals("O") ? "" : label.substring(2);
      start = i;
    }
    return spans;
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
      var best = logits.argmax(1);
      return new Outcome(
          loss.item(),
          Map.of(
              "accuracy",
              new Measure(best.equalCount(wanted), units()),
              "f1",
              spans(best.floats())));
    }

    /// Returns the harmonic mean of precision and recall over whole spans.
    private Measure spans(float[] found) {
      int[] starts = inputs.starts();
      int[] lengths = inputs.lengths();
      double both = 0;
      double all = 0;
      for (int i = 0; i < starts.length; i++) {
        int from = starts[i];
        var wanted = task.spans(lengths[i], at -> (int) labels[from + at]);
        var given = task.spans(lengths[i], at -> (int) found[from + at]);
        all += wanted.size() + given.size();
        wanted.retainAll(given);
        both += wanted.size();
      }
      return new Measure(2 * both, all);
    }
  }
}
