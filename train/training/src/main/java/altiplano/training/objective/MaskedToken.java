package altiplano.training.objective;

import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.torch.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Fills hidden places from both sides (Devlin et al. 2019): of the places chosen, 80% show the
/// mask, 10% another token, 10% what is there.
///
/// @param share of tokens that are chosen
/// @param shifted whether the state before a place predicts it, so that the model's own head serves
///   (BehnamGhader et al. 2024, LLM2Vec)
/// @param mask id of the mask
/// @param vocabulary number of ids to draw from
public record MaskedToken(double share, boolean shifted, int mask, int vocabulary, TokenLoss loss)
    implements Task<List<int[]>> {

  @Override
  public int tokens(List<int[]> item) {
    return item.stream().mapToInt(text -> text.length).sum();
  }

  @Override
  public Batch batch(List<List<int[]>> items, long seed, String describe) {
    var random = new SplittableRandom(seed);
    var inputs = new ArrayList<int[]>();
    var targets = new ArrayList<long[]>();
    for (int[] item : items.stream().flatMap(List::stream).toList()) {
      var input = item.clone();
      var target = new long[item.length];
      Arrays.fill(target, Ops.IGNORED);
      for (int i = shifted ? 1 : 0; i < item.length; i++) {
        if (random.nextDouble() >= share) continue;
        target[shifted ? i - 1 : i] = item[i];
        double kind = random.nextDouble();
        if (kind < 0.8) input[i] = mask;
        else if (kind < 0.9) input[i] = random.nextInt(vocabulary);
      }
      inputs.add(input);
      targets.add(target);
    }
    var packed = Packed.of(inputs);
    return new Hidden(packed, packed.arrange(targets), loss, describe);
  }

  /// Texts with hidden places.
  record Hidden(Packed inputs, long[] targets, TokenLoss loss, String describe) implements Batch {
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
      return Outcome.of(loss.of(model, model.hidden(inputs, false), targets, backward));
    }
  }
}
