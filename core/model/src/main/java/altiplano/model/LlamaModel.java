package altiplano.model;

import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.kernels.Kernels;
import altiplano.tokenizer.Tokenizer;
import com.sun.management.OperatingSystemMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A model in memory: tokens in, logits out.
///
/// ```java
/// try (var model = LlamaModel.open(Path.of("model.gguf"));
///     var cache = model.newCache()) {
///   int[] prompt = model.tokenizer().encode("Once upon a time");
///   Logits logits = model.forward(Batch.of(cache, prompt, Batch.Wanted.LAST));
///   float[] next = logits.row(0);
/// }
/// ```
///
/// Immutable and shareable: passes asked for by several threads run one after the other, each with
/// all compute threads. Once closed, it answers [IllegalStateException]. Close its caches too: they
/// own their memory.
public final class LlamaModel implements AutoCloseable {
  /// The most rows that go through the layers at once; longer prompts take several passes.
  private static final int PASS_ROWS = 512;

  private final ModelFile file;
  private final LlamaConfig config;
  private final List<Head> heads;
  private final Kernels kernels;
  private final MemoryEstimate memory;
  private final int contextLength;
  private final CacheLayout cacheLayout;
  private final MemoryBudget cacheBudget;
  private final Arena arena = Arena.ofShared();
  private final Optional<PeftAdapter> adapter;
  private final LlamaWeights weights;
  private final ForwardPass pass;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Tokenizer tokenizer;
  private byte @Nullable [] fingerprint;
  private boolean closed;

  /// Opens a GGUF file or a Hugging Face folder with the default options.
  ///
  /// @see #open(Path, ModelOptions)
  public static LlamaModel open(Path path) {
    return open(path, ModelOptions.DEFAULT);
  }

  /// Opens a GGUF file (split files by their first part) or a Hugging Face folder.
  ///
  /// @throws altiplano.files.ModelFormatException if the file is broken, or of another architecture
  /// @throws InsufficientMemoryException if it cannot fit, before its weights are read
  /// @throws ContextLengthException if the context asked for exceeds the model's
  public static LlamaModel open(Path path, ModelOptions options) {
    return of(ModelFile.open(path), options);
  }

  /// Makes a model of an open file, which it owns from then on, even if this fails.
  ///
  /// @see #open(Path, ModelOptions)
  public static LlamaModel of(ModelFile file, ModelOptions options) {
    try {
      var kernels = Kernels.open(options.kernels());
      try {
        return new LlamaModel(file, options, kernels);
      } catch (Throwable failure) {
        kernels.close();
        throw failure;
      }
    } catch (Throwable failure) {
      file.close();
      throw failure;
    }
  }

  /// Returns the memory that [#open] would take, without reading the weights.
  public static MemoryEstimate estimate(Path path, ModelOptions options) {
    try (var file = ModelFile.open(path);
        var kernels = Kernels.open(options.kernels())) {
      return estimate(file, LlamaConfig.from(file), options, kernels);
    }
  }

  private static MemoryEstimate estimate(
      ModelFile file, LlamaConfig config, ModelOptions options, Kernels kernels) {
    return LlamaWeights.estimate(
        file,
        kernels,
        CacheLayout.of(config, options.cache()).bytesPerToken(),
        Scratch.bytes(config, PASS_ROWS));
  }

  private LlamaModel(ModelFile file, ModelOptions options, Kernels kernels) {
    this.file = file;
    this.kernels = kernels;
    config = LlamaConfig.from(file);
    heads = Head.from(file.metadata(), file.path());
    LlamaWeights.check(file, config, heads);

    contextLength = options.context().orElse(config.contextLength());
    if (contextLength > config.contextLength()) {
      throw new ContextLengthException(contextLength, config.contextLength());
    }
    memory = estimate(file, config, options, kernels);
    long limit = options.memoryBytes().orElseGet(LlamaModel::machineMemory);
    long needed = memory.total(options.context().orElse(1));
    if (needed > limit) {
      throw new InsufficientMemoryException(
          "%s with a context of %,d tokens".formatted(file.path(), options.context().orElse(1)),
          needed,
          limit);
    }
    cacheLayout = CacheLayout.of(config, options.cache());
    cacheBudget = new MemoryBudget(limit - memory.total(0));

    try {
      adapter = options.adapter().map(folder -> PeftAdapter.read(folder, config.headSize()));
      weights = LlamaWeights.bind(file, config, heads, adapter, kernels, arena);
      pass = new ForwardPass(config, weights, kernels);
    } catch (Throwable failure) {
      arena.close();
      throw failure;
    }
  }

  /// The machine's memory, or its container's where that is less.
  private static long machineMemory() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  public LlamaConfig config() {
    return config;
  }

  /// Returns the heads beside the language model's.
  public List<Head> heads() {
    return heads;
  }

  /// Returns the head `name`, if the model has it.
  public Optional<Head> head(String name) {
    return heads.stream().filter(head -> head.name().equals(name)).findAny();
  }

  public Path path() {
    return file.path();
  }

  public Metadata metadata() {
    return file.metadata();
  }

  /// Returns the most positions of a sequence: the model's context, or less if it was opened so.
  public int contextLength() {
    return contextLength;
  }

  public MemoryEstimate memory() {
    return memory;
  }

  /// Returns the name of the engine that computes, such as `vector`.
  public String engine() {
    return kernels.name();
  }

  /// Returns the number of compute threads, the caller's included.
  public int threads() {
    return kernels.threads();
  }

  /// Returns the model's vocabulary, made on first use.
  public Tokenizer tokenizer() {
    lock.lock();
    try {
      requireOpen();
      if (tokenizer == null) tokenizer = Tokenizer.from(file.metadata(), file.path());
      return tokenizer;
    } finally {
      lock.unlock();
    }
  }

  /// Returns an empty sequence, to be closed by the caller.
  public KeyValueCache newCache() {
    requireOpen();
    return new KeyValueCache(this, cacheLayout, cacheBudget);
  }

  /// Reads a sequence that [KeyValueCache#save] wrote, to be closed by the caller.
  ///
  /// @throws CacheFileException if the file is broken, or of another model or cache type
  public KeyValueCache loadCache(Path file) {
    var caches = loadCaches(file);
    if (caches.size() == 1) return caches.getFirst();
    caches.forEach(KeyValueCache::close);
    throw new CacheFileException(
        file, "it holds %,d sequences where one is asked for".formatted(caches.size()));
  }

  /// Reads the sequences that [KeyValueCache#save(Path, List)] wrote, to be closed by the caller.
  ///
  /// @throws CacheFileException if the file is broken, or of another model or cache type
  /// @throws InsufficientMemoryException if they do not fit
  public List<KeyValueCache> loadCaches(Path file) {
    requireOpen();
    return CacheFile.read(
        file,
        this::newCache,
        () -> new CachePage(cacheLayout, cacheBudget),
        cacheLayout,
        fingerprint(),
        contextLength);
  }

  /// What a saved sequence must have been computed with.
  byte[] fingerprint() {
    lock.lock();
    try {
      requireOpen();
      if (fingerprint == null) fingerprint = Fingerprint.of(file, config, cacheLayout, adapter);
      return fingerprint;
    } finally {
      lock.unlock();
    }
  }

  /// Appends a batch to its sequences and returns logits of the rows that it wants.
  ///
  /// @see #forward(Batch, Logits)
  public Logits forward(Batch batch) {
    var logits = new Logits();
    forward(batch, logits);
    return logits;
  }

  /// Appends a batch to its sequences and computes logits of the rows that it wants.
  ///
  /// If it fails, every sequence still holds a valid past: what it held before, and perhaps a part
  /// of its new tokens.
  ///
  /// @param logits overwritten with `[wanted rows, vocabulary]`, in the batch's order
  /// @throws ContextLengthException if a sequence would grow beyond [#contextLength]; nothing has
  ///   been appended then
  /// @throws InsufficientMemoryException if a sequence's next page does not fit
  /// @throws altiplano.files.ModelFormatException if the file changed since it was opened
  public void forward(Batch batch, Logits logits) {
    logits.reset(batch.wantedRows(), config.vocabulary());
    run(batch, config.causal(), (rows, at) -> pass.logits(rows, logits.from(at)));
  }

  /// Appends a batch to its sequences and gives the hidden states that the output head would read.
  ///
  /// @param causal whether a token sees only those before it, whatever the configuration says;
  ///   otherwise every sequence must be empty before
  /// @param states overwritten with `[wanted rows, width]`, in the batch's order
  /// @throws ContextLengthException as [#forward(Batch, Logits)]
  public void hidden(Batch batch, boolean causal, Logits states) {
    states.reset(batch.wantedRows(), config.width());
    run(
        batch,
        causal,
        (rows, at) -> {
          long bytes = (long) rows.wantedCount() * config.width() * Float.BYTES;
          MemorySegment.copy(pass.hidden(rows), 0, states.from(at), 0, bytes);
        });
  }

  /// Returns how much each token of a text looks at every other, in every head of every layer.
  ///
  /// @param text 1 to 512 ids
  public AttentionMaps attention(int... text) {
    if (text.length < 1 || text.length > PASS_ROWS) {
      throw new IllegalArgumentException(
          "attention is shown for 1 to %d tokens, not %,d".formatted(PASS_ROWS, text.length));
    }
    lock.lock();
    try (var cache = newCache()) {
      var maps = AttentionMaps.empty(config, text.length);
      pass.observe(maps::fill);
      hidden(Batch.of(cache, text, Batch.Wanted.NONE), config.causal(), new Logits());
      return maps;
    } finally {
      pass.observe((layer, q, k) -> {});
      lock.unlock();
    }
  }

  /// Applies the linear of a head to hidden states; a head without one gives them back.
  ///
  /// @param outputs overwritten with `[rows, outputs]`
  void head(Head head, Logits states, Logits outputs) {
    lock.lock();
    try {
      requireOpen();
      var linear = headWeights(head);
      if (linear.isEmpty()) {
        outputs.set(states);
        return;
      }
      outputs.reset(states.rows(), linear.get().weight().rows());
      pass.linear(linear.get(), states.from(0), outputs.from(0), states.rows());
    } finally {
      lock.unlock();
    }
  }

  private Optional<LlamaWeights.Linear> headWeights(Head head) {
    if (!heads.contains(head)) {
      throw new IllegalArgumentException("the model has no head " + head.name());
    }
    return Optional.ofNullable(weights.heads().get(head.name()));
  }

  /// Copies rows of the embedding table, decoded: what stands for tokens before any context.
  ///
  /// @param states overwritten with `[ids, width]`
  void embeddings(int[] ids, Logits states) {
    lock.lock();
    try {
      requireOpen();
      checkIds(ids);
      file.checkUnchanged();
      states.reset(ids.length, config.width());
      kernels.gather(weights.tokenEmbedding(), ids, ids.length, states.from(0));
    } finally {
      lock.unlock();
    }
  }

  /// What is done with the wanted rows of a pass.
  private interface Result {
    /// @param at number of wanted rows in the passes before
    void take(Rows rows, int at);
  }

  private void run(Batch batch, boolean causal, Result result) {
    lock.lock();
    try {
      requireOpen();
      check(batch, causal);
      file.checkUnchanged();
      var rows = new Rows(causal);
      int done = 0;
      for (var part : batch.parts()) {
        int length = part.tokens().length;
        for (int from = 0, count; from < length; from += count) {
          int room = PASS_ROWS - rows.count();
          // Without a causal mask every row sees every other: a text goes through at once.
          count = causal ? Math.min(length - from, room) : length;
          if (count > room) done += flush(rows, done, result);
          rows.add(part, from, count);
          if (rows.count() >= PASS_ROWS) done += flush(rows, done, result);
        }
      }
      flush(rows, done, result);
    } finally {
      lock.unlock();
    }
  }

  /// Takes the collected rows through the model and returns how many of them were wanted.
  private int flush(Rows rows, int done, Result result) {
    if (rows.count() == 0) return 0;
    pass.run(rows);
    int wanted = rows.wantedCount();
    if (wanted > 0) result.take(rows, done);
    rows.clear();
    return wanted;
  }

  private void check(Batch batch, boolean causal) {
    for (var part : batch.parts()) {
      if (part.cache().model() != this) {
        throw new IllegalArgumentException("a sequence in the batch belongs to another model");
      }
      int length = part.cache().length() + part.tokens().length;
      if (length > contextLength) throw new ContextLengthException(length, contextLength);
      if (!causal && part.cache().length() > 0) {
        throw new IllegalArgumentException(
            "bidirectional attention reads a text at once: the sequence holds %,d tokens already"
                .formatted(part.cache().length()));
      }
      checkIds(part.tokens());
    }
  }

  private void checkIds(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= config.vocabulary()) {
        throw new IllegalArgumentException(
            "token id %d is outside the vocabulary of %,d".formatted(id, config.vocabulary()));
      }
    }
  }

  private void requireOpen() {
    if (closed) throw new IllegalStateException("the model " + file.path() + " is closed");
  }

  /// Waits for a running pass, then frees the weights.
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) return;
      closed = true;
      pass.close();
      kernels.close();
      arena.close();
      file.close();
    } finally {
      lock.unlock();
    }
  }
}
