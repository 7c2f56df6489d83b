package altiplano.cli;

import altiplano.generation.BeamSearch;
import altiplano.generation.Completion;
import altiplano.generation.Generation;
import altiplano.generation.GenerationOptions;
import altiplano.generation.LogProbabilities;
import altiplano.generation.PromptCache;
import altiplano.model.KeyValueCache;
import altiplano.model.LlamaModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// What `run` and `chat` have in common: how texts are chosen, bound and told.
final class TextOptions {
  /// What a prompt cache that is kept in a file may take, in memory and on disk.
  private static final long PROMPT_CACHE_BYTES = 2L << 30;

  @Mixin private SamplingOptions sampling;
  @Mixin private ConstraintOptions constraints;
  @Mixin private SpeculationOptions speculation;

  @Option(names = "--n", paramLabel = "N", defaultValue = "1")
  private int count;

  @Option(names = "--beams", paramLabel = "N")
  private Optional<Integer> beams = Optional.empty();

  @Option(names = "--length-penalty", paramLabel = "X", defaultValue = "1")
  private double lengthPenalty;

  @Option(names = "--echo")
  private boolean echo;

  @Option(names = "--json")
  private boolean json;

  @Option(names = "--logprobs", paramLabel = "K")
  private Optional<Integer> logProbabilities = Optional.empty();

  @Option(names = "--context-shift")
  private boolean contextShift;

  @Option(names = "--prompt-cache", paramLabel = "FILE")
  private Optional<Path> promptCache = Optional.empty();

  int count() {
    return count;
  }

  boolean echo() {
    return echo && !json;
  }

  /// Returns the log-probabilities of a prompt's tokens but the first, if they were asked for.
  List<LogProbabilities> promptLogProbabilities(LlamaModel model, int[] prompt) {
    return echo && json && logProbabilities.isPresent()
        ? LogProbabilities.ofText(model, prompt, logProbabilities.get())
        : List.of();
  }

  boolean json() {
    return json;
  }

  boolean shiftsContext() {
    return contextShift;
  }

  Optional<Integer> beams() {
    return beams;
  }

  /// Tells wrong values before a model is loaded.
  void check(CommandSpec spec) {
    if (count < 1) throw wrong(spec, "--n is at least 1", null);
    if (beams.isPresent() && count > beams.get()) {
      throw wrong(spec, "--n is at most the number of --beams", null);
    }
    if (logProbabilities.filter(k -> k < 0).isPresent()) {
      throw wrong(spec, "--logprobs is 0 or more", null);
    }
    try {
      sampling.check();
      if (beams.filter(width -> width < 1).isPresent() || !(lengthPenalty >= 0)) {
        throw wrong(spec, "--beams is at least 1 and --length-penalty at least 0", null);
      }
      constraints.over(GenerationOptions.GREEDY);
    } catch (IllegalArgumentException impossible) {
      throw wrong(spec, String.valueOf(impossible.getMessage()), impossible);
    }
  }

  private static ParameterException wrong(
      CommandSpec spec, String message, @Nullable Throwable cause) {
    return new ParameterException(spec.commandLine(), message, cause);
  }

  /// Returns the options for a model.
  GenerationOptions over(LlamaModel model) {
    return over(model, sampling);
  }

  /// As [#over(LlamaModel)], with other settings of the sampler.
  GenerationOptions over(LlamaModel model, SamplingOptions chosen) {
    var options = constraints.over(chosen.over(GenerationOptions.of(model), model.tokenizer()));
    return logProbabilities.map(options::withLogProbabilities).orElse(options);
  }

  /// Returns `options` that keep the beginning of a text when its context is full, if asked for.
  ///
  /// @param beginning tokens that are worth keeping
  GenerationOptions shifting(GenerationOptions options, LlamaModel model, int beginning) {
    return contextShift
        ? options.withContextShift(Math.min(beginning, model.contextLength() / 4))
        : options;
  }

  SpeculationOptions.Source speculation(LlamaModel model, ModelArgument argument) {
    return speculation.open(model, argument::openBeside);
  }

  /// Opens the prompts that are known; those of the file that was named, if there is one.
  PromptCache prompts(LlamaModel model) {
    var prompts = new PromptCache(model, PROMPT_CACHE_BYTES);
    try {
      promptCache.filter(Files::exists).ifPresent(prompts::load);
      return prompts;
    } catch (Throwable broken) {
      prompts.close();
      throw broken;
    }
  }

  /// Writes the prompts that are known to the file that was named.
  void save(PromptCache prompts) {
    promptCache.ifPresent(prompts::save);
  }

  /// Writes one text and shows it as it comes.
  ///
  /// @param sequence what is known of the prompt; the call's from now on
  /// @param started takes the generation, so that another thread may cancel it
  Completion write(
      LlamaModel model,
      KeyValueCache sequence,
      int[] prompt,
      GenerationOptions options,
      SpeculationOptions.Source source,
      Optional<PromptCache> prompts,
      Consumer<Generation> started,
      Consumer<String> shown) {
    try (var generation = Generation.start(model, sequence, prompt, options, source.drafter())) {
      started.accept(generation);
      while (generation.hasNext()) {
        String piece = generation.next().text();
        if (!json && !piece.isEmpty()) shown.accept(piece);
      }
      prompts.ifPresent(known -> known.keep(sequence));
      return generation.completion();
    }
  }

  /// Returns the best texts that a beam search finds.
  List<Completion> search(LlamaModel model, int[] prompt, GenerationOptions options) {
    return BeamSearch.of(model, prompt, options, beams.orElse(1), lengthPenalty).stream()
        .limit(count)
        .map(BeamSearch.Found::completion)
        .toList();
  }

  /// Returns a completion as one line of JSON.
  ///
  /// @param prompt log-probabilities of its prompt
  String toJson(Completion completion, List<LogProbabilities> prompt) {
    return CompletionJson.of(completion, logProbabilities.isPresent(), prompt).write();
  }
}
