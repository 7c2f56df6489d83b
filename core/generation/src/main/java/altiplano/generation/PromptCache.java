package altiplano.generation;

import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Sequences that have been read, so that a beginning they share with a new prompt is not computed
/// again.
///
/// ```java
/// var sequence = prompts.take(prompt);                      // as much of the prompt as is known
/// var generation = Generation.start(model, sequence, prompt, options);
/// prompts.keep(sequence);                                    // before the generation is closed
/// ```
///
/// The sequences form a tree over token ids whose branches share the pages of their common trunk:
/// one that is the beginning of another is dropped, and leaves go, the longest unused first, when
/// the tree outgrows its bound. Thread-safe.
public final class PromptCache implements AutoCloseable {
  private final LlamaModel model;
  private final long mostBytes;

  /// Leaves of the tree, the longest unused first.
  private final SequencedMap<KeyValueCache, int[]> leaves = new LinkedHashMap<>();

  /// Makes an empty cache for a model.
  ///
  /// @param mostBytes that its pages may take; shared ones count once
  public PromptCache(LlamaModel model, long mostBytes) {
    this.model = model;
    this.mostBytes = mostBytes;
  }

  /// Returns a sequence that holds the longest known beginning of `prompt`, perhaps none of it; the
  /// caller closes it.
  public synchronized KeyValueCache take(int[] prompt) {
    @Nullable KeyValueCache best = null;
    int longest = 0;
    for (var leaf : leaves.entrySet()) {
      int shared = commonLength(leaf.getValue(), prompt);
      // Of equal ones the last used: the others may go.
      if (shared > 0 && shared >= longest) {
        longest = shared;
        best = leaf.getKey();
      }
    }
    if (best == null) return model.newCache();
    int[] tokens = leaves.remove(best);
    leaves.put(best, tokens);
    var fork = best.fork();
    fork.truncate(longest);
    return fork;
  }

  /// Remembers what a sequence holds now; it stays the caller's.
  public synchronized void keep(KeyValueCache sequence) {
    int[] tokens = sequence.tokens();
    if (tokens.length == 0) return;
    for (var known : leaves.values()) {
      if (commonLength(known, tokens) == tokens.length) return;
    }
    for (var leaf : List.copyOf(leaves.keySet())) {
      int[] known = leaves.get(leaf);
      if (known != null && commonLength(known, tokens) == known.length) drop(leaf);
    }
    leaves.put(sequence.fork(), tokens);
    while (bytes() > mostBytes) drop(leaves.firstEntry().getKey());
  }

  /// Returns the bytes of all pages.
  public synchronized long bytes() {
    return KeyValueCache.bytes(leaves.keySet());
  }

  /// Returns the number of different sequences.
  public synchronized int size() {
    return leaves.size();
  }

  private void drop(KeyValueCache leaf) {
    leaves.remove(leaf);
    leaf.close();
  }

  private static int commonLength(int[] a, int[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }

  /// Frees all sequences.
  @Override
  public synchronized void close() {
    new ArrayList<>(leaves.keySet()).forEach(this::drop);
  }
}
