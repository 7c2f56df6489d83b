package altiplano.generation;

import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/// Several texts from one prompt, which is read once: their sequences share its keys and values,
/// and every pass reads one token of each.
public final class Completions {
  private final LlamaModel model;
  private final int[] prompt;
  private final List<Decoding> decodings;
  private final List<KeyValueCache> caches = new ArrayList<>();
  private final Logits logits = new Logits();

  private Completions(LlamaModel model, int[] prompt, GenerationOptions options, int count) {
    this.model = model;
    this.prompt = prompt;
    long seed = options.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
    decodings =
        IntStream.range(0, count)
            .mapToObj(i ->
                new Decoding(
                    prompt, options, seed + i, model.tokenizer(), model.config().vocabulary()))
            .toList();
  }

  /// Generates `count` texts; the one at `i` is drawn with the seed plus `i`, and is what a
  /// [Generation] with that seed gives.
  ///
  /// @throws altiplano.model.ContextLengthException if the prompt leaves no room for a token
  public static List<Completion> of(
      LlamaModel model, int[] prompt, GenerationOptions options, int count) {
    Decoding.checkRoom(prompt, options, model.contextLength());
    return new Completions(model, prompt, options, count).run();
  }

  private List<Completion> run() {
    long started = System.nanoTime();
    try {
      readPrompt();
      long promptRead = System.nanoTime();
      while (step()) {}
      var promptTime = Duration.ofNanos(promptRead - started);
      var generationTime = Duration.ofNanos(System.nanoTime() - promptRead);
      return decodings.stream()
          .map(d -> d.completion(prompt.length, 0, promptTime, generationTime, 0, 0))
          .toList();
    } finally {
      caches.forEach(KeyValueCache::close);
    }
  }

  private void readPrompt() {
    caches.add(model.newCache());
    model.forward(Batch.of(caches.getFirst(), prompt, Batch.Wanted.LAST), logits);
    while (caches.size() < decodings.size()) caches.add(caches.getFirst().fork());
    for (var decoding : decodings) {
      if (!decoding.finished()) decoding.take(logits, 0);
    }
  }

  /// Reads one more token of every unfinished text; returns whether there was one.
  private boolean step() {
    var batch = new Batch();
    var active = new ArrayList<Decoding>();
    for (int i = 0; i < decodings.size(); i++) {
      var decoding = decodings.get(i);
      var cache = caches.get(i);
      if (decoding.finished()) continue;
      if (cache.length() == model.contextLength()) {
        int[] again = decoding.makeRoom(cache);
        if (again.length == 0) {
          decoding.end(Finish.LENGTH);
          continue;
        }
        model.forward(Batch.of(cache, again, Batch.Wanted.NONE), logits);
      }
      batch.add(cache, new int[] {decoding.lastToken()}, Batch.Wanted.LAST);
      active.add(decoding);
    }
    if (active.isEmpty()) return false;
    model.forward(batch, logits);
    for (int row = 0; row < active.size(); row++) active.get(row).take(logits, row);
    return true;
  }
}
