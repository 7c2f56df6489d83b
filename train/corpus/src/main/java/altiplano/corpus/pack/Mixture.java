package altiplano.corpus.pack;

import altiplano.corpus.steps.Units;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/// How often each document of a source is taken in an epoch.
///
/// @param factors one a source; the fraction decides by a hash which documents are taken once more
public record Mixture(List<Double> factors) implements Serializable {
  public Mixture {
    factors = List.copyOf(factors);
  }

  /// What is asked of a source.
  ///
  /// @param tokens it has
  /// @param repeat how often each is wanted
  /// @param share of the whole that it is to make up, if that is said
  public record Wanted(long tokens, double repeat, OptionalDouble share) {}

  /// Solves for the shares: sources without one keep their size, those with one grow or shrink to
  /// it. If all have one, the whole keeps its size.
  ///
  /// @throws IllegalArgumentException if shares come to more than 1, or to 1 with sources left over
  public static Mixture of(List<Wanted> sources) {
    double shares = sources.stream().mapToDouble(s -> s.share().orElse(0)).sum();
    double free = 0;
    double all = 0;
    boolean allShared = true;
    for (Wanted source : sources) {
      double size = source.tokens * source.repeat;
      all += size;
      if (source.share.isPresent()) continue;
      allShared = false;
      free += size;
    }
    if (shares > 1 + 1e-9 || (!allShared && free > 0 && shares > 1 - 1e-9)) {
      throw new IllegalArgumentException(
          "the shares of the sources come to %.3f: at most 1, and less if a source has none"
              .formatted(shares));
    }
    double total = allShared ? all : free / (1 - shares);
    double norm = allShared && shares > 0 ? shares : 1;
    var factors = new Double[sources.size()];
    for (int i = 0; i < factors.length; i++) {
      Wanted source = sources.get(i);
      factors[i] =
          source.share.isEmpty() || source.tokens == 0
              ? source.repeat
              : source.share.getAsDouble() / norm * total / source.tokens;
    }
    return new Mixture(Arrays.asList(factors));
  }

  /// Returns how often a document is taken in an epoch.
  ///
  /// @param hash of the document's text
  public int copies(int source, long hash, long seed, int epoch) {
    double factor = factors.get(source);
    int whole = (int) factor;
    double chance = (Units.mix(hash ^ Units.mix(seed + epoch)) >>> 11) * 0x1.0p-53;
    return whole + (chance < factor - whole ? 1 : 0);
  }
}
