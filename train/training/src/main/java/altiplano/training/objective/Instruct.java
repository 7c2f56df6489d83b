package altiplano.training.objective;

import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Ops;
import java.util.Arrays;
import java.util.List;

/// Replies in Llama 3.1's chat format: only what the assistant says, and its end of turn, is
/// learnt.
public record Instruct(TokenLoss loss) implements Task<Instruct.Example> {

  /// A conversation without its last token.
  ///
  /// @param targets one a token, or [Ops#IGNORED]
  public record Example(int[] inputs, long[] targets) {
    /// Lays out a conversation.
    public static Example of(ChatFormat format, List<Message> messages) {
      int[] tokens = format.encode(messages);
      var targets = new long[tokens.length - 1];
      Arrays.fill(targets, Ops.IGNORED);
      for (int i = 0; i < messages.size(); i++) {
        if (messages.get(i).role() != Message.Role.ASSISTANT) continue;
        int start = format.prompt(messages.subList(0, i)).length;
        int end = format.encode(messages.subList(0, i + 1)).length;
        for (int at = start; at < end; at++) targets[at - 1] = tokens[at];
      }
      return new Example(Arrays.copyOf(tokens, tokens.length - 1), targets);
    }

    /// Returns whether there is anything to learn.
    public boolean hasReply() {
      return Arrays.stream(targets).anyMatch(target -> target != Ops.IGNORED);
    }
  }

  @Override
  public int tokens(Example item) {
    return item.inputs.length;
  }

  @Override
  public Batch batch(List<Example> items, long seed, String describe) {
    var packed = Packed.of(items.stream().map(Example::inputs).toList());
    var targets = packed.arrange(items.stream().map(Example::targets).toList());
    return new Replies(packed, targets, loss, describe);
  }

  /// Conversations side by side.
  record Replies(Packed inputs, long[] targets, TokenLoss loss, String describe) implements Batch {
    @Override
    public int tokens() {
      return inputs.rows();
    }

    @Override
    public double units() {
      return Arrays.stream(targets).filter(target -> target != Ops.IGNORED).count();
    }

    @Override
    public Outcome run(LlamaTrainingModel model, Backward backward) {
      return Outcome.of(loss.of(model, model.hidden(inputs, true), targets, backward));
    }
  }
}
