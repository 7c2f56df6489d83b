package altiplano.generation;

import altiplano.model.Batch;
import altiplano.model.ContextLengthException;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ThreadLocalRandom;

/// A text in the making: each [#next] reads what has been chosen and chooses one more token.
///
/// ```java
/// try (var generation = Generation.start(model, prompt, options)) {
///   while (generation.hasNext()) System.out.print(generation.next().text());
/// }
/// ```
///
/// Belongs to one thread, but for [#cancel].
public final class Generation implements Iterator<Piece>, AutoCloseable {
  /// Tokens of a prompt that are read between two looks at [#cancel].
  private static final int PROMPT_STEP = 128;

  /// The most tokens that a drafter guesses at once.
  private static final int GUESSES = 8;

  private static final Drafter NO_GUESSES = (history, most) -> new int[0];

  private final LlamaModel model;
  private final KeyValueCache cache;
  private final int[] prompt;
  private final int cachedTokens;
  private final Decoding decoding;
  private final Logits logits = new Logits();
  private final long started = System.nanoTime();
  private final Drafter drafter;
  private int[] guesses = {};
  private int row;
  private int guessedTokens;
  private int acceptedGuesses;
  private long promptRead;
  private long ended;
  private volatile boolean cancelled;

  private Generation(
      LlamaModel model,
      KeyValueCache cache,
      int[] prompt,
      GenerationOptions options,
      Drafter drafter) {
    this.drafter = drafter;
    this.model = model;
    this.cache = cache;
    this.prompt = prompt;
    this.cachedTokens = cache.length();
    long seed = options.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
    decoding = new Decoding(prompt, options, seed, model.tokenizer(), model.config().vocabulary());
    promptRead = started;
    ended = started;
  }

  /// Starts a generation after a prompt.
  ///
  /// @param prompt ids, begin-of-text included where the model expects it ([Prompts])
  /// @throws ContextLengthException if the prompt leaves no room for a token
  public static Generation start(LlamaModel model, int[] prompt, GenerationOptions options) {
    return start(model, model.newCache(), prompt, options);
  }

  /// Starts a generation that goes on from what a cache holds.
  ///
  /// @param cache the generation's from now on; what it shares with the beginning of the prompt is
  ///   not computed again
  /// @param prompt all ids, those in the cache included
  public static Generation start(
      LlamaModel model, KeyValueCache cache, int[] prompt, GenerationOptions options) {
    return start(model, cache, prompt, options, NO_GUESSES);
  }

  /// Starts a generation that reads guesses ahead: the same text in fewer passes.
  ///
  /// @param drafter the generation's from now on
  /// @see #start(LlamaModel, KeyValueCache, int[], GenerationOptions)
  public static Generation start(
      LlamaModel model,
      KeyValueCache cache,
      int[] prompt,
      GenerationOptions options,
      Drafter drafter) {
    if (prompt.length == 0) throw new IllegalArgumentException("a prompt has at least one token");
    try {
      Decoding.checkRoom(prompt, options, model.contextLength());
    } catch (RuntimeException refused) {
      cache.close();
      drafter.close();
      throw refused;
    }
    int shared = Arrays.mismatch(cache.tokens(), prompt);
    // The last token is read again if need be: its logits choose the first new one.
    cache.truncate(Math.min(shared < 0 ? cache.length() : shared, prompt.length - 1));
    return new Generation(model, cache, prompt.clone(), options, drafter);
  }

  @Override
  public boolean hasNext() {
    return !decoding.finished();
  }

  /// Chooses the next token. The first call reads the prompt.
  @Override
  public Piece next() {
    if (!hasNext()) throw new NoSuchElementException("the generation has ended");
    var piece = cancelled ? decoding.end(Finish.CANCELLED) : step();
    ended = System.nanoTime();
    return piece;
  }

  private Piece step() {
    if (decoding.history().length() == prompt.length) {
      if (!readPrompt()) return decoding.end(Finish.CANCELLED);
      row = 0;
    } else if (guessed()) {
      row++;
    } else {
      cache.truncate(decoding.history().length() - 1 - decoding.droppedTokens());
      if (cache.length() == model.contextLength()) {
        int[] again = decoding.makeRoom(cache);
        if (again.length == 0) return decoding.end(Finish.LENGTH);
        if (!readInSteps(again, Batch.Wanted.NONE)) return decoding.end(Finish.CANCELLED);
      }
      guess();
      read(concat(decoding.lastToken(), guesses), Batch.Wanted.ALL);
      row = 0;
    }
    return decoding.take(logits, row);
  }

  /// Returns whether the last token was guessed, so that its logits are there already.
  private boolean guessed() {
    if (row >= guesses.length || guesses[row] != decoding.lastToken()) return false;
    acceptedGuesses++;
    return true;
  }

  private void guess() {
    int room = model.contextLength() - cache.length() - 1;
    guesses = drafter.draft(decoding.history(), Math.min(room, GUESSES));
    guessedTokens += guesses.length;
  }

  private static int[] concat(int first, int[] rest) {
    var all = new int[1 + rest.length];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  private boolean readPrompt() {
    int[] unread = Arrays.copyOfRange(prompt, cache.length(), prompt.length);
    if (!readInSteps(unread, Batch.Wanted.LAST)) return false;
    promptRead = System.nanoTime();
    return true;
  }

  /// Reads many tokens; returns false if that was cancelled.
  private boolean readInSteps(int[] tokens, Batch.Wanted wanted) {
    for (int from = 0; from < tokens.length; from += PROMPT_STEP) {
      if (cancelled) return false;
      int to = Math.min(from + PROMPT_STEP, tokens.length);
      read(Arrays.copyOfRange(tokens, from, to), to == tokens.length ? wanted : Batch.Wanted.NONE);
    }
    return true;
  }

  private void read(int[] tokens, Batch.Wanted wanted) {
    model.forward(Batch.of(cache, tokens, wanted), logits);
  }

  /// Ends the generation from any thread: after the token that is being computed, no other is.
  public void cancel() {
    cancelled = true;
  }

  /// Runs to the end and returns the result.
  public Completion complete() {
    while (hasNext()) next();
    return completion();
  }

  /// Returns the result.
  ///
  /// @throws IllegalStateException if the generation has not ended yet
  public Completion completion() {
    return decoding.completion(
        prompt.length,
        cachedTokens,
        Duration.ofNanos(promptRead - started),
        Duration.ofNanos(ended - promptRead),
        guessedTokens,
        acceptedGuesses);
  }

  /// Frees the sequence's memory, and the drafter's.
  @Override
  public void close() {
    cache.close();
    drafter.close();
  }
}
