package altiplano.generation;

import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import java.util.Arrays;

/// Guesses with a smaller model of the same vocabulary, greedily.
public final class DraftModel implements Drafter {
  private final LlamaModel model;
  private final KeyValueCache cache;
  private final Logits logits = new Logits();
  private final Candidates candidates;

  /// Makes a drafter over a model, which stays the caller's to close.
  ///
  /// @throws IllegalArgumentException if the models' vocabularies differ in size
  public DraftModel(LlamaModel model, LlamaModel target) {
    if (model.config().vocabulary() != target.config().vocabulary()) {
      throw new IllegalArgumentException(
          "the draft model has %,d tokens and the model %,d: they must share a vocabulary"
              .formatted(model.config().vocabulary(), target.config().vocabulary()));
    }
    this.model = model;
    this.cache = model.newCache();
    this.candidates = new Candidates(model.config().vocabulary());
  }

  @Override
  public int[] draft(TokenHistory history, int most) {
    int[] ids = history.ids();
    int room = Math.min(most, model.contextLength() - ids.length);
    if (room <= 0) return new int[0];
    int known = Arrays.mismatch(cache.tokens(), ids);
    cache.truncate(Math.min(known < 0 ? ids.length : known, ids.length - 1));
    var guesses = new int[room];
    int[] next = Arrays.copyOfRange(ids, cache.length(), ids.length);
    for (int i = 0; i < room; i++) {
      model.forward(Batch.of(cache, next, Batch.Wanted.LAST), logits);
      candidates.reset(logits.row(0));
      guesses[i] = candidates.id(candidates.best());
      next = new int[] {guesses[i]};
    }
    return guesses;
  }

  /// Frees the drafter's sequence; the model stays open.
  @Override
  public void close() {
    cache.close();
  }
}
