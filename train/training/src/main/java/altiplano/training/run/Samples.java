package altiplano.training.run;

import altiplano.tokenizer.Tokenizer;
import altiplano.training.data.Packed;
import altiplano.training.model.LlamaTrainingModel;
import altiplano.training.recipe.Recipe;
import altiplano.training.torch.Ops;
import altiplano.training.torch.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Continuations that are shown while a model trains.
///
/// Without a key-value cache: the texts are short and few. `run` on a checkpoint does it well.
public record Samples(LlamaTrainingModel model, Tokenizer tokenizer, Recipe.Evaluation evaluation)
    implements Trainer.Sampler {

  @Override
  public Map<String, String> samples(long seed) {
    var samples = new LinkedHashMap<String, String>();
    for (String prompt : evaluation.prompts()) samples.put(prompt, sample(prompt, seed));
    return samples;
  }

  private String sample(String prompt, long seed) {
    var random = new SplittableRandom(seed);
    int[] text = tokenizer.encode(prompt);
    var begin = tokenizer.beginOfText();
    int[] tokens = new int[text.length + (begin.isPresent() ? 1 : 0)];
    begin.ifPresent(id -> tokens[0] = id);
    System.arraycopy(text, 0, tokens, tokens.length - text.length, text.length);
    int[] all = tokens;
    int most = Math.min(model.config().contextLength(), tokens.length + evaluation.sampleTokens());
    while (all.length < most) {
      int next = next(all, random);
      if (tokenizer.endIds().contains(next)) break;
      all = Arrays.copyOf(all, all.length + 1);
      all[all.length - 1] = next;
    }
    return tokenizer.decode(Arrays.copyOfRange(all, tokens.length, all.length));
  }

  private int next(int[] tokens, SplittableRandom random) {
    try (var _ = Scope.inference()) {
      model.newGraph(0);
      var hidden = model.hidden(Packed.of(List.of(tokens)), model.config().causal());
      var logits = model.logits(hidden.narrow(0, tokens.length - 1, 1));
      if (evaluation.temperature() == 0) return (int) logits.argmax(1).item();
      float[] shares = Ops.softmax(logits.times(1 / evaluation.temperature())).floats();
      double left = random.nextDouble();
      for (int id = 0; id < shares.length; id++) {
        left -= shares[id];
        if (left < 0) return id;
      }
      return shares.length - 1;
    }
  }
}
