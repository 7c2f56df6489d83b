package altiplano.generation;

import altiplano.model.ContextLengthException;
import altiplano.model.KeyValueCache;
import altiplano.model.Logits;
import altiplano.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One sequence being generated: what becomes of its logits.
///
/// Knows no model: whoever has logits for the last token gives them and gets the next.
final class Decoding {
  private final GenerationOptions options;
  private final Tokenizer.TokenStream stream;
  private final Set<Integer> endIds;
  private final StopTexts stops;
  private final TokenHistory history;
  private final Sampler.State sampler;
  private final Candidates candidates;
  private final float[] logits;
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> tokens = new ArrayList<>();
  private final List<LogProbabilities> logProbabilities = new ArrayList<>();
  private @Nullable ConstraintState constraint;
  private @Nullable Finish finish;
  private OptionalInt endId = OptionalInt.empty();
  private int droppedTokens;

  Decoding(
      int[] prompt, GenerationOptions options, long seed, Tokenizer tokenizer, int vocabulary) {
    this.options = options;
    this.stream = tokenizer.stream();
    this.endIds = tokenizer.endIds();
    this.stops = new StopTexts(options.stops());
    this.history = new TokenHistory(prompt);
    this.sampler = options.sampler().start(seed);
    this.candidates = new Candidates(vocabulary);
    this.logits = new float[vocabulary];
    this.constraint = options.constraint().map(c -> c.start(tokenizer)).orElse(null);
    if (options.maxTokens() == 0) finish = Finish.LENGTH;
  }

  boolean finished() {
    return finish != null;
  }

  /// Chooses the next token by the logits of the last.
  Piece take(Logits all, int row) {
    all.copy(row, logits);
    int id = choose();
    if (endIds.contains(id)) {
      endId = OptionalInt.of(id);
      return end(Finish.STOP);
    }

    history.add(id);
    tokens.add(id);
    var told = tell(all, row, id);
    var added = stops.add(stream.add(id));
    text.append(added);
    if (stops.hit()) {
      finish = Finish.STOP;
    } else if (constraint != null && constraint.finished()) {
      added += end(Finish.STOP).text();
    } else if (tokens.size() == options.maxTokens()) {
      added += end(Finish.LENGTH).text();
    }
    return new Piece(added, OptionalInt.of(id), told);
  }

  private int choose() {
    if (constraint != null) constraint.mask(logits);
    candidates.reset(logits);
    int id = sampler.pick(candidates, history);
    if (constraint != null) constraint = constraint.after(id);
    return id;
  }

  private Optional<LogProbabilities> tell(Logits all, int row, int id) {
    if (options.logProbabilities() < 0) return Optional.empty();
    all.copy(row, logits);
    var told = LogProbabilities.of(logits, id, options.logProbabilities());
    logProbabilities.add(told);
    return Optional.of(told);
  }

  /// Ends the generation and returns the text that was held back.
  Piece end(Finish reason) {
    finish = reason;
    var rest = stops.add(stream.finish()) + stops.finish();
    text.append(rest);
    return Piece.of(rest);
  }

  int lastToken() {
    return history.id(history.length() - 1);
  }

  TokenHistory history() {
    return history;
  }

  /// Makes room in a cache that is full, if the options say so.
  ///
  /// @return the tokens that the cache is to read again; none if there is no room to be made
  int[] makeRoom(KeyValueCache cache) {
    if (options.contextShift().isEmpty()) return new int[0];
    int[] tokens = cache.tokens();
    int kept = options.contextShift().getAsInt();
    int dropped = (tokens.length - kept + 1) / 2;
    cache.truncate(kept);
    droppedTokens += dropped;
    return Arrays.copyOfRange(tokens, kept + dropped, tokens.length);
  }

  /// Returns how many tokens of the history the cache has lost to [#makeRoom].
  int droppedTokens() {
    return droppedTokens;
  }

  /// @throws ContextLengthException if a prompt leaves no room for a token
  /// @throws IllegalArgumentException if what a context shift keeps leaves none
  static void checkRoom(int[] prompt, GenerationOptions options, int contextLength) {
    if (prompt.length >= contextLength) {
      throw new ContextLengthException(prompt.length + 1, contextLength);
    }
    int kept = options.contextShift().orElse(0);
    if (kept > contextLength - 2) {
      throw new IllegalArgumentException(
          "a context shift that keeps %,d tokens leaves no room in a context of %,d"
              .formatted(kept, contextLength));
    }
  }

  /// Returns the result, once the generation has ended.
  Completion completion(
      int promptTokens,
      int cachedTokens,
      Duration promptTime,
      Duration generationTime,
      int guessedTokens,
      int acceptedGuesses) {
    if (finish == null) throw new IllegalStateException("the generation has not ended yet");
    return new Completion(
        text.toString(),
        tokens,
        finish,
        endId,
        promptTokens,
        cachedTokens,
        promptTime,
        generationTime,
        guessedTokens,
        acceptedGuesses,
        droppedTokens,
        logProbabilities);
  }
}
