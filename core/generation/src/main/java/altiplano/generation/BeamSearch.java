package altiplano.generation;

import altiplano.model.Batch;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import altiplano.model.Logits;
import altiplano.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The most probable texts as far as `width` of them, kept side by side, can find them.
///
/// Each pass reads one token of every text that is still going on; of all their continuations the
/// best `width` stay. A text's score is its log-probability divided by its number of tokens, its
/// end counted, to the power of a length penalty (Wu et al. 2016, "Google's Neural Machine
/// Translation System", section 7, in the form of Hugging Face's `generate`). The search ends when
/// no text that goes on can still beat the worst of `width` finished ones. Nothing is drawn: the
/// same prompt gives the same texts.
public final class BeamSearch {
  private final LlamaModel model;
  private final int[] prompt;
  private final GenerationOptions options;
  private final int width;
  private final double lengthPenalty;
  private final Tokenizer tokenizer;
  private final Logits logits = new Logits();
  private final Candidates candidates;
  private final float[] row;
  private final List<Found> finished = new ArrayList<>();
  private final long started = System.nanoTime();
  private long promptRead;
  private List<Beam> beams = new ArrayList<>();

  private BeamSearch(
      LlamaModel model, int[] prompt, GenerationOptions options, int width, double lengthPenalty) {
    this.model = model;
    this.prompt = prompt;
    this.options = options;
    this.width = width;
    this.lengthPenalty = lengthPenalty;
    tokenizer = model.tokenizer();
    candidates = new Candidates(model.config().vocabulary());
    row = new float[model.config().vocabulary()];
  }

  /// A text that was found.
  ///
  /// @param logProbability of its tokens and its end together, natural logarithm
  /// @param score by which the texts are ordered
  public record Found(Completion completion, double logProbability, double score) {}

  /// Searches for texts after a prompt.
  ///
  /// @param options limit of tokens, stop texts, constraint and log-probabilities; sampler and seed
  ///   have no part in it. Where a constraint excludes tokens the others keep the probabilities
  ///   that the model gives them
  /// @param width how many texts are kept side by side
  /// @param lengthPenalty 0 compares log-probabilities, 1 their means; larger values favour longer
  ///   texts
  /// @return the best first, at most `width`
  /// @throws altiplano.model.ContextLengthException if the prompt leaves no room for a token
  public static List<Found> of(
      LlamaModel model, int[] prompt, GenerationOptions options, int width, double lengthPenalty) {
    if (width < 1) throw new IllegalArgumentException("a beam search keeps 1 text or more");
    if (!(lengthPenalty >= 0)) {
      throw new IllegalArgumentException("a length penalty is 0 or more, not " + lengthPenalty);
    }
    if (options.contextShift().isPresent()) {
      throw new IllegalArgumentException(
          "a beam search compares whole texts: it shifts no context");
    }
    Decoding.checkRoom(prompt, options, model.contextLength());
    return new BeamSearch(model, prompt, options, width, lengthPenalty).run();
  }

  /// A text that goes on.
  ///
  /// @param parent the text it prolongs, by its place among the last ones
  private record Beam(
      KeyValueCache cache,
      int parent,
      List<Integer> tokens,
      List<LogProbabilities> told,
      double logProbability,
      @Nullable ConstraintState constraint) {
    int last() {
      return tokens.getLast();
    }
  }

  /// A continuation of a beam.
  private record Step(int beam, int id, double logProbability) {}

  private List<Found> run() {
    try (var empty = model.newCache()) {
      model.forward(Batch.of(empty, prompt, Batch.Wanted.LAST), logits);
      promptRead = System.nanoTime();
      var constraint = options.constraint().map(c -> c.start(tokenizer)).orElse(null);
      var start = new Beam(empty.fork(), -1, List.of(), List.of(), 0, constraint);
      beams.add(start);
      if (options.maxTokens() == 0) finish(start, Finish.LENGTH, OptionalInt.empty());
      else choose();
      while (!beams.isEmpty() && !decided()) {
        read();
        choose();
      }
    } finally {
      beams.forEach(beam -> beam.cache.close());
    }
    return finished.stream().sorted(byScore()).limit(width).toList();
  }

  private static Comparator<Found> byScore() {
    return Comparator.comparingDouble(Found::score).reversed();
  }

  /// Returns whether no beam can end better than the worst of `width` finished texts: its
  /// log-probability only falls, divided at most by what the longest text divides by.
  private boolean decided() {
    if (finished.size() < width) return false;
    double worst = finished.stream().sorted(byScore()).limit(width).toList().getLast().score;
    int longest = Math.min(options.maxTokens(), model.contextLength() - prompt.length + 1);
    return beams.stream().allMatch(beam -> score(beam.logProbability, longest) <= worst);
  }

  private double score(double logProbability, int tokens) {
    return logProbability / Math.pow(tokens, lengthPenalty);
  }

  /// Reads the last token of each beam.
  private void read() {
    var batch = new Batch();
    for (Beam beam : beams) batch.add(beam.cache, new int[] {beam.last()}, Batch.Wanted.LAST);
    model.forward(batch, logits);
  }

  /// Replaces the beams by their best continuations. Those that end are finished if they are among
  /// the best `width`.
  private void choose() {
    var steps = new ArrayList<Step>();
    for (int beam = 0; beam < beams.size(); beam++) addSteps(beam, steps);
    steps.sort(
        Comparator.comparingDouble(Step::logProbability)
            .reversed()
            .thenComparingInt(Step::beam)
            .thenComparingInt(Step::id));
    var chosen = new ArrayList<Beam>();
    for (int rank = 0; rank < steps.size() && chosen.size() < width; rank++) {
      Step step = steps.get(rank);
      if (!tokenizer.endIds().contains(step.id)) {
        chosen.add(extend(step));
      } else if (rank < width) {
        var end = OptionalInt.of(step.id);
        add(beams.get(step.beam), step.logProbability, 1, Finish.STOP, end, Optional.empty());
      }
    }
    replaceBy(chosen);
  }

  /// Adds the most probable continuations of a beam: of `2 width` at most `width` are ends.
  private void addSteps(int index, List<Step> steps) {
    Beam beam = beams.get(index);
    logits.copy(index, row);
    double logSum = LogProbabilities.logSumExp(row);
    if (beam.constraint != null) beam.constraint.mask(row);
    candidates.reset(row);
    int count = Math.min(candidates.size(), Math.max(2, 1 + tokenizer.endIds().size()) * width);
    candidates.sortLargest(count);
    for (int i = 0; i < count; i++) {
      double logProbability = beam.logProbability + candidates.logit(i) - logSum;
      steps.add(new Step(index, candidates.id(i), logProbability));
    }
  }

  private Beam extend(Step step) {
    Beam parent = beams.get(step.beam);
    var told = parent.told;
    if (options.logProbabilities() >= 0) {
      var one = LogProbabilities.of(logits.row(step.beam), step.id, options.logProbabilities());
      told = append(told, one);
    }
    return new Beam(
        parent.cache,
        step.beam,
        append(parent.tokens, step.id),
        told,
        step.logProbability,
        parent.constraint == null ? null : parent.constraint.after(step.id));
  }

  private static <T> List<T> append(List<T> list, T last) {
    var longer = new ArrayList<T>(list.size() + 1);
    longer.addAll(list);
    longer.add(last);
    return longer;
  }

  /// Finishes what has ended among `chosen`; the others take their parents' sequences, the first
  /// child of each without a copy.
  private void replaceBy(List<Beam> chosen) {
    var going = chosen.stream().filter(beam -> !endsHere(beam)).toList();
    var next = new ArrayList<Beam>();
    var taken = new boolean[beams.size()];
    for (Beam beam : going) {
      var cache = taken[beam.parent] ? beam.cache.fork() : beam.cache;
      taken[beam.parent] = true;
      next.add(new Beam(cache, -1, beam.tokens, beam.told, beam.logProbability, beam.constraint));
    }
    for (int i = 0; i < taken.length; i++) if (!taken[i]) beams.get(i).cache.close();
    beams = next;
  }

  private boolean endsHere(Beam beam) {
    var text = text(beam.tokens);
    var stops = new StopTexts(options.stops());
    String before = stops.add(text);
    if (stops.hit()) {
      add(beam, beam.logProbability, 0, Finish.STOP, OptionalInt.empty(), Optional.of(before));
    } else if (beam.constraint != null && beam.constraint.finished()) {
      finish(beam, Finish.STOP, OptionalInt.empty());
    } else if (beam.tokens.size() == options.maxTokens()
        || prompt.length + beam.tokens.size() > model.contextLength()) {
      finish(beam, Finish.LENGTH, OptionalInt.empty());
    } else {
      return false;
    }
    return true;
  }

  private void finish(Beam beam, Finish reason, OptionalInt endId) {
    add(beam, beam.logProbability, 0, reason, endId, Optional.empty());
  }

  /// @param ends 1 if an end token is a part of the text, else 0
  /// @param text what a stop text leaves
  private void add(
      Beam beam,
      double logProbability,
      int ends,
      Finish reason,
      OptionalInt endId,
      Optional<String> text) {
    var completion =
        new Completion(
            text.orElseGet(() -> text(beam.tokens)),
            beam.tokens,
            reason,
            endId,
            prompt.length,
            0,
            Duration.ofNanos(promptRead - started),
            Duration.ofNanos(System.nanoTime() - promptRead),
            0,
            0,
            0,
            beam.told);
    int length = Math.max(1, beam.tokens.size() + ends);
    finished.add(new Found(completion, logProbability, score(logProbability, length)));
  }

  private String text(List<Integer> tokens) {
    var stream = tokenizer.stream();
    var text = new StringBuilder();
    for (int id : tokens) text.append(stream.add(id));
    return text.append(stream.finish()).toString();
  }
}
