package altiplano.generation;

import altiplano.kernels.KeyValuePages;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

/// Sequences that have been read, so that a beginning they share with a new prompt is not computed
/// again.
///
/// ```java
/// var sequence = prompts.take(prompt);                      // as much of the prompt as is known
/// var generation = Generation.start(model, sequence, prompt, options);
/// prompts.keep(sequence);                                    // before the generation is closed
/// ```
///
/// The sequences form a radix tree over token ids. It is kept as its leaves, which share the pages
/// of their common trunk: a beginning takes memory once, to a page of 64 tokens, and one that is
/// the beginning of another is no leaf. When the tree outgrows its bound, leaves are cut from their
/// ends, page by page, the longest unused first. Thread-safe.
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
    var best = nearest(prompt);
    if (best.isEmpty()) return model.newCache();
    var fork = best.get().fork();
    int shared = commonLength(prompt, fork.tokens());
    // A leaf is used if its end is; the trunk lives as long as any leaf on it.
    if (shared == fork.length()) touch(best.get());
    fork.truncate(shared);
    return fork;
  }

  /// Remembers what a sequence holds now; it stays the caller's.
  public synchronized void keep(KeyValueCache sequence) {
    int[] tokens = sequence.tokens();
    if (tokens.length == 0) return;
    for (var known : leaves.entrySet()) {
      if (commonLength(known.getValue(), tokens) < tokens.length) continue;
      touch(known.getKey());
      return;
    }
    var leaf = sequence.fork();
    nearest(tokens).ifPresent(leaf::shareBeginning);
    add(leaf);
    bound();
  }

  private void add(KeyValueCache leaf) {
    int[] tokens = leaf.tokens();
    for (var known : List.copyOf(leaves.keySet())) {
      int[] shorter = Objects.requireNonNull(leaves.get(known));
      if (commonLength(shorter, tokens) == shorter.length) drop(known);
    }
    leaves.put(leaf, tokens);
  }

  private void touch(KeyValueCache leaf) {
    leaves.put(leaf, Objects.requireNonNull(leaves.remove(leaf)));
  }

  /// Returns the leaf that has most of the beginning of `tokens`; of equal ones the last used, so
  /// that the others may go.
  private Optional<KeyValueCache> nearest(int[] tokens) {
    Optional<KeyValueCache> best = Optional.empty();
    int longest = 1;
    for (var leaf : leaves.entrySet()) {
      int shared = commonLength(leaf.getValue(), tokens);
      if (shared < longest) continue;
      longest = shared;
      best = Optional.of(leaf.getKey());
    }
    return best;
  }

  /// Cuts leaves until the tree keeps its bound.
  private void bound() {
    while (bytes() > mostBytes) {
      var leaf = leaves.firstEntry().getKey();
      int[] tokens = leaves.firstEntry().getValue();
      int shorter = (tokens.length - 1) / KeyValuePages.PAGE * KeyValuePages.PAGE;
      int[] rest = Arrays.copyOf(tokens, shorter);
      boolean elsewhere =
          shorter == 0
              || leaves.entrySet().stream()
                  .anyMatch(other ->
                      other.getKey() != leaf && commonLength(other.getValue(), rest) == shorter);
      if (elsewhere) {
        drop(leaf);
      } else {
        leaf.truncate(shorter);
        // In place: it is not used by being cut.
        leaves.replace(leaf, rest);
      }
    }
  }

  /// Writes all sequences to a file, whole or not at all; [#load] reads it.
  ///
  /// @throws java.io.UncheckedIOException if that fails; a file that was there stays as it was
  public synchronized void save(Path file) {
    if (leaves.isEmpty()) {
      try (var nothing = model.newCache()) {
        nothing.save(file);
      }
    } else {
      KeyValueCache.save(file, List.copyOf(leaves.keySet()));
    }
  }

  /// Adds the sequences of a file, as if they had been kept in the order of their last use.
  ///
  /// @throws altiplano.model.CacheFileException if the file is broken, or of another model or cache
  ///   type; the cache stays as it was
  public synchronized void load(Path file) {
    for (var sequence : model.loadCaches(file)) {
      try (sequence) {
        keep(sequence);
      }
    }
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
