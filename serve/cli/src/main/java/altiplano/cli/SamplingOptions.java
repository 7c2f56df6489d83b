package altiplano.cli;

import altiplano.generation.GenerationOptions;
import altiplano.generation.Sampler;
import altiplano.generation.Sampler.Choice;
import altiplano.generation.SamplerStep;
import altiplano.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/// How tokens are chosen and when a text ends; what is not given is the model's own setting.
final class SamplingOptions {
  @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "512")
  private int maxTokens;

  @Option(names = "--temperature", paramLabel = "T")
  private Optional<Float> temperature = Optional.empty();

  @Option(names = "--dynamic-temperature", paramLabel = "LOW,HIGH", split = ",")
  private List<Float> dynamicTemperature = List.of();

  @Option(names = "--dynamic-temperature-exponent", paramLabel = "X", defaultValue = "1")
  private float dynamicTemperatureExponent;

  @Option(names = "--top-k", paramLabel = "K")
  private Optional<Integer> topK = Optional.empty();

  @Option(names = "--top-p", paramLabel = "P")
  private Optional<Float> topP = Optional.empty();

  @Option(names = "--min-p", paramLabel = "P")
  private Optional<Float> minP = Optional.empty();

  @Option(names = "--typical-p", paramLabel = "P")
  private Optional<Float> typicalP = Optional.empty();

  @Option(names = "--top-n-sigma", paramLabel = "N")
  private Optional<Float> topNSigma = Optional.empty();

  @Option(names = "--xtc-chance", paramLabel = "P")
  private Optional<Float> xtcChance = Optional.empty();

  @Option(names = "--xtc-threshold", paramLabel = "P", defaultValue = "0.1")
  private float xtcThreshold;

  @Option(names = "--mirostat", paramLabel = "BITS")
  private Optional<Double> mirostat = Optional.empty();

  @Option(names = "--mirostat-rate", paramLabel = "X", defaultValue = "0.1")
  private double mirostatRate;

  @Option(names = "--repetition-penalty", paramLabel = "X")
  private Optional<Float> repetitionPenalty = Optional.empty();

  @Option(names = "--frequency-penalty", paramLabel = "X", defaultValue = "0")
  private float frequencyPenalty;

  @Option(names = "--presence-penalty", paramLabel = "X", defaultValue = "0")
  private float presencePenalty;

  @Option(names = "--penalty-window", paramLabel = "N", defaultValue = "64")
  private int penaltyWindow;

  @Option(names = "--dry", paramLabel = "X")
  private Optional<Float> dry = Optional.empty();

  @Option(names = "--dry-base", paramLabel = "X", defaultValue = "1.75")
  private float dryBase;

  @Option(names = "--dry-allowed-length", paramLabel = "N", defaultValue = "2")
  private int dryAllowedLength;

  @Option(names = "--dry-window", paramLabel = "N", defaultValue = "1024")
  private int dryWindow;

  @Option(names = "--dry-breaker", paramLabel = "TEXT")
  private List<String> dryBreakers = new ArrayList<>();

  @Option(names = "--logit-bias", paramLabel = "ID=X")
  private Map<Integer, Float> logitBias = new LinkedHashMap<>();

  @Option(names = "--sampler-order", paramLabel = "NAME", split = ",")
  private List<Link> order = List.of();

  @Option(names = "--seed", paramLabel = "N")
  private Optional<Long> seed = Optional.empty();

  @Option(names = "--stop", paramLabel = "TEXT")
  private List<String> stops = new ArrayList<>();

  /// The texts that DRY does not look across unless others are named.
  private static final List<String> BREAKERS = List.of("\n", ":", "\"", "*");

  /// What a sampler's chain is made of, in the order in which it is applied unless another is asked
  /// for: penalties see the model's own logits, truncation the tempered ones.
  enum Link {
    BIAS,
    PENALTIES,
    DRY,
    TOP_N_SIGMA,
    TEMPERATURE,
    TOP_K,
    TYPICAL_P,
    TOP_P,
    MIN_P,
    XTC;

    /// As options are written.
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// Checks what was given as far as that can be done without a model.
  ///
  /// @throws IllegalArgumentException if a value is impossible
  void check() {
    over(GenerationOptions.GREEDY, Optional.empty());
  }

  /// Returns `defaults` with what was given.
  ///
  /// @throws IllegalArgumentException if a value is impossible
  GenerationOptions over(GenerationOptions defaults, Tokenizer tokenizer) {
    return over(defaults, Optional.of(tokenizer));
  }

  private GenerationOptions over(GenerationOptions defaults, Optional<Tokenizer> tokenizer) {
    var options =
        defaults
            .withMaxTokens(maxTokens)
            .withStops(stops)
            .withSampler(sampler(defaults.sampler(), tokenizer));
    return seed.isPresent() ? options.withSeed(seed.get()) : options;
  }

  private Sampler sampler(Sampler defaults, Optional<Tokenizer> tokenizer) {
    var links = new EnumMap<Link, List<SamplerStep>>(Link.class);
    boolean greedy = defaults.choice() instanceof Choice.MostProbable;
    for (SamplerStep step : defaults.steps()) put(links, link(step), step);
    var given = given(tokenizer);
    given.forEach((link, steps) -> {
      // A penalty of another kind stands beside the model's own.
      boolean beside = link == Link.PENALTIES && repetitionPenalty.isEmpty();
      if (beside) steps.forEach(step -> put(links, link, step));
      else links.put(link, steps);
    });
    temperature.ifPresent(value -> links.remove(Link.TEMPERATURE));
    if (temperature.isPresent() && temperature.get() != 0) {
      greedy = false;
      if (temperature.get() != 1) {
        put(links, Link.TEMPERATURE, new SamplerStep.Temperature(temperature.get()));
      }
    } else if (temperature.isPresent()) {
      greedy = true;
    } else if (!dynamicTemperature.isEmpty() || mirostat.isPresent()) {
      greedy = false;
    }
    if (temperature.isPresent() && !dynamicTemperature.isEmpty()) {
      throw new IllegalArgumentException(
          "--temperature and --dynamic-temperature exclude each other");
    }
    if (greedy && mirostat.isPresent()) {
      throw new IllegalArgumentException("--mirostat draws tokens, and --temperature 0 does not");
    }
    topK.filter(k -> k == 0).ifPresent(off -> links.remove(Link.TOP_K));
    topP.filter(p -> p == 1).ifPresent(off -> links.remove(Link.TOP_P));
    minP.filter(p -> p == 0).ifPresent(off -> links.remove(Link.MIN_P));
    if (greedy) links.keySet().removeIf(link -> link.compareTo(Link.DRY) > 0);

    var steps = new ArrayList<SamplerStep>();
    for (Link link : ordered(given.keySet())) steps.addAll(links.getOrDefault(link, List.of()));
    Choice choice =
        greedy
            ? new Choice.MostProbable()
            : mirostat
                .<Choice>map(bits -> new Choice.Mirostat(bits, mirostatRate))
                .orElseGet(Choice.ByProbability::new);
    return new Sampler(steps, choice);
  }

  private List<Link> ordered(Set<Link> given) {
    if (order.isEmpty()) return List.of(Link.values());
    if (new HashSet<>(order).size() < order.size()) {
      throw new IllegalArgumentException("--sampler-order names a step twice");
    }
    for (Link link : given) {
      if (!order.contains(link)) {
        throw new IllegalArgumentException(
            "--sampler-order leaves out '%s', for which a value is given".formatted(link));
      }
    }
    return order;
  }

  private static void put(Map<Link, List<SamplerStep>> links, Link link, SamplerStep step) {
    links.computeIfAbsent(link, _ -> new ArrayList<>()).add(step);
  }

  /// Returns where a step of a model's own settings belongs.
  private static Link link(SamplerStep step) {
    return switch (step) {
      case SamplerStep.TopK _ -> Link.TOP_K;
      case SamplerStep.TopP _ -> Link.TOP_P;
      case SamplerStep.MinP _ -> Link.MIN_P;
      case SamplerStep.RepetitionPenalty _, SamplerStep.CountPenalty _ -> Link.PENALTIES;
      default -> Link.TEMPERATURE;
    };
  }

  /// Returns the steps that options ask for.
  private Map<Link, List<SamplerStep>> given(Optional<Tokenizer> tokenizer) {
    var links = new EnumMap<Link, List<SamplerStep>>(Link.class);
    if (!logitBias.isEmpty()) {
      tokenizer.ifPresent(this::checkBiases);
      put(links, Link.BIAS, new SamplerStep.LogitBias(logitBias));
    }
    repetitionPenalty.ifPresent(penalty ->
        put(links, Link.PENALTIES, new SamplerStep.RepetitionPenalty(penalty, penaltyWindow)));
    if (frequencyPenalty != 0 || presencePenalty != 0) {
      put(
          links,
          Link.PENALTIES,
          new SamplerStep.CountPenalty(frequencyPenalty, presencePenalty, penaltyWindow));
    }
    dry.ifPresent(multiplier -> {
      var breakers = tokenizer.map(this::breakers).orElse(Set.of());
      put(
          links,
          Link.DRY,
          new SamplerStep.DontRepeat(multiplier, dryBase, dryAllowedLength, dryWindow, breakers));
    });
    topNSigma.ifPresent(n -> put(links, Link.TOP_N_SIGMA, new SamplerStep.TopNSigma(n)));
    if (!dynamicTemperature.isEmpty()) {
      if (dynamicTemperature.size() != 2) {
        throw new IllegalArgumentException("--dynamic-temperature is two numbers, such as 0.5,1.5");
      }
      put(
          links,
          Link.TEMPERATURE,
          new SamplerStep.DynamicTemperature(
              dynamicTemperature.get(0), dynamicTemperature.get(1), dynamicTemperatureExponent));
    }
    topK.filter(k -> k != 0).ifPresent(k -> put(links, Link.TOP_K, new SamplerStep.TopK(k)));
    typicalP.ifPresent(p -> put(links, Link.TYPICAL_P, new SamplerStep.Typical(p)));
    topP.filter(p -> p != 1).ifPresent(p -> put(links, Link.TOP_P, new SamplerStep.TopP(p)));
    minP.filter(p -> p != 0).ifPresent(p -> put(links, Link.MIN_P, new SamplerStep.MinP(p)));
    xtcChance.ifPresent(
        chance -> put(links, Link.XTC, new SamplerStep.ExcludeTopChoices(xtcThreshold, chance)));
    return links;
  }

  private void checkBiases(Tokenizer tokenizer) {
    for (int id : logitBias.keySet()) {
      if (id < 0 || id >= tokenizer.size()) {
        throw new CommandException(
            "--logit-bias: token %d is outside the vocabulary of %,d. Find ids with tokenize."
                .formatted(id, tokenizer.size()));
      }
    }
  }

  /// Returns the tokens in which a breaker stands.
  private Set<Integer> breakers(Tokenizer tokenizer) {
    var texts = dryBreakers.isEmpty() ? BREAKERS : dryBreakers;
    var ids = new HashSet<Integer>();
    for (int id = 0; id < tokenizer.size(); id++) {
      if (tokenizer.isSpecial(id)) continue;
      String text = new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
      if (texts.stream().anyMatch(text::contains)) ids.add(id);
    }
    return ids;
  }
}
