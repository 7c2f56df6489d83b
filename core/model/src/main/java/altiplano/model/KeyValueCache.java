package altiplano.model;

import altiplano.kernels.CacheType;
import altiplano.kernels.KeyValuePages;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.IntStream;

/// The tokens, keys and values of one sequence: who has been read so far.
///
/// Belongs to one caller at a time. Memory grows page by page with what is used; forks share full
/// pages and copy on write. [LlamaModel#newCache] makes one, [LlamaModel#forward] appends to it.
public final class KeyValueCache implements AutoCloseable {
  private final LlamaModel model;
  private final CacheLayout layout;
  private final MemoryBudget budget;
  private final List<CachePage> pages = new ArrayList<>();
  private final List<KeyValuePages> layers;
  private int[] tokens = new int[KeyValuePages.PAGE];
  private int length;
  private boolean closed;

  KeyValueCache(LlamaModel model, CacheLayout layout, MemoryBudget budget) {
    this.model = model;
    this.layout = layout;
    this.budget = budget;
    layers =
        IntStream.range(0, layout.layers())
            .<KeyValuePages>mapToObj(layer -> new LayerPages(layer))
            .toList();
  }

  /// Returns the number of positions held: the position of the next token.
  public int length() {
    return length;
  }

  /// Returns the ids of the tokens held.
  public int[] tokens() {
    return Arrays.copyOf(tokens, length);
  }

  /// Forgets all positions from `length` on.
  ///
  /// @throws IllegalArgumentException if fewer are held
  public void truncate(int length) {
    requireOpen();
    if (length < 0 || length > this.length) {
      throw new IllegalArgumentException(
          "cannot truncate %,d positions to %,d".formatted(this.length, length));
    }
    this.length = length;
    int needed = Math.ceilDiv(length, KeyValuePages.PAGE);
    while (pages.size() > needed) pages.removeLast().release();
  }

  /// Returns a second sequence with the same past, to be closed on its own.
  public KeyValueCache fork() {
    requireOpen();
    var fork = new KeyValueCache(model, layout, budget);
    for (var page : pages) fork.pages.add(page.share());
    fork.tokens = tokens.clone();
    fork.length = length;
    return fork;
  }

  /// Returns the bytes of the pages that this sequence alone or with others holds.
  public long bytes() {
    return pages.size() * layout.pageBytes();
  }

  /// Returns the bytes of the pages that sequences hold together; shared ones count once.
  public static long bytes(Collection<KeyValueCache> sequences) {
    var pages = Collections.newSetFromMap(new IdentityHashMap<CachePage, Boolean>());
    long bytes = 0;
    for (var sequence : sequences) {
      for (var page : sequence.pages) {
        if (pages.add(page)) bytes += sequence.layout.pageBytes();
      }
    }
    return bytes;
  }

  /// Writes the sequence, whole or not at all; [LlamaModel#loadCache] reads it.
  ///
  /// @throws java.io.UncheckedIOException if that fails; a file that was there stays as it was
  public void save(Path file) {
    save(file, List.of(this));
  }

  /// Writes sequences of one model, whole or not at all, pages that they share once;
  /// [LlamaModel#loadCaches] reads them.
  ///
  /// @throws java.io.UncheckedIOException if that fails; a file that was there stays as it was
  public static void save(Path file, List<KeyValueCache> sequences) {
    if (sequences.isEmpty()) throw new IllegalArgumentException("there is no sequence to save");
    sequences.forEach(KeyValueCache::requireOpen);
    CacheFile.write(file, sequences, sequences.getFirst().model.fingerprint());
  }

  /// Takes the pages of another sequence in place of its own as far as both hold the same tokens,
  /// so that they take memory once.
  public void shareBeginning(KeyValueCache other) {
    requireOpen();
    other.requireOpen();
    if (other.model != model) {
      throw new IllegalArgumentException("the other sequence belongs to another model");
    }
    int common = Arrays.mismatch(tokens, 0, length, other.tokens, 0, other.length);
    if (common < 0) common = length;
    for (int index = 0; index < common / KeyValuePages.PAGE; index++) {
      var page = other.pages.get(index);
      if (page != pages.get(index)) pages.set(index, page.share()).release();
    }
  }

  /// Adds a page of positions that are still to be counted in.
  void add(CachePage page) {
    pages.add(page.share());
  }

  LlamaModel model() {
    return model;
  }

  CacheLayout layout() {
    return layout;
  }

  /// Returns the pages of one layer.
  KeyValuePages layer(int layer) {
    return layers.get(layer);
  }

  CachePage page(int index) {
    return pages.get(index);
  }

  /// Makes the next `count` positions writable.
  ///
  /// @throws InsufficientMemoryException if their pages do not fit; the sequence stays as it was
  void reserve(int count) {
    requireOpen();
    int last = (length + count - 1) / KeyValuePages.PAGE;
    for (int index = length / KeyValuePages.PAGE; index <= last; index++) {
      if (index == pages.size()) {
        pages.add(new CachePage(layout, budget));
      } else if (pages.get(index).shared()) {
        pages.set(index, pages.get(index).copy()).release();
      }
    }
  }

  /// Counts `count` tokens in whose keys and values have been written.
  void append(int[] ids, int from, int count) {
    if (tokens.length < length + count) {
      tokens = Arrays.copyOf(tokens, Math.max(length + count, 2 * tokens.length));
    }
    System.arraycopy(ids, from, tokens, length, count);
    length += count;
  }

  private void requireOpen() {
    if (closed) throw new IllegalStateException("the key-value cache is closed");
  }

  /// Frees the pages that no fork shares.
  @Override
  public void close() {
    if (closed) return;
    truncate(0);
    closed = true;
  }

  /// The cache as the attention of one layer sees it.
  private final class LayerPages implements KeyValuePages {
    private final int layer;

    LayerPages(int layer) {
      this.layer = layer;
    }

    @Override
    public CacheType type() {
      return layout.type();
    }

    @Override
    public int keyValueHeads() {
      return layout.keyValueHeads();
    }

    @Override
    public int headSize() {
      return layout.headSize();
    }

    @Override
    public MemorySegment keys(int index) {
      return pages.get(index).keys(layer);
    }

    @Override
    public MemorySegment values(int index) {
      return pages.get(index).values(layer);
    }
  }
}
