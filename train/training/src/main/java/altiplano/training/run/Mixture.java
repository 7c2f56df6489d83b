package altiplano.training.run;

import altiplano.training.objective.Objective;
import java.util.List;

/// Several objectives of which each batch serves one, in shares that keep to the weights.
///
/// Not drawn by chance: the objective that is furthest behind its share comes next, so that even a
/// short run has the shares it names.
public final class Mixture {
  private final List<Objective> objectives;
  private final List<Double> weights;
  private final long[] taken;
  private long total;

  public Mixture(List<Objective> objectives, List<Double> weights) {
    this.objectives = List.copyOf(objectives);
    this.weights = List.copyOf(weights);
    this.taken = new long[objectives.size()];
  }

  public List<Objective> objectives() {
    return objectives;
  }

  /// Chooses the objective of the next batch.
  public Objective next() {
    total++;
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    int behind = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < taken.length; i++) {
      double deficit = weights.get(i) / sum * total - taken[i];
      if (deficit > most) {
        most = deficit;
        behind = i;
      }
    }
    taken[behind]++;
    return objectives.get(behind);
  }

  /// Goes to the state after `batches` choices.
  public void seek(long batches) {
    java.util.Arrays.fill(taken, 0);
    total = 0;
    for (long i = 0; i < batches; i++) next();
  }

  public long position() {
    return total;
  }
}
