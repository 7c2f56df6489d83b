package altiplano.corpus.run;

import altiplano.corpus.Masked;
import java.util.ArrayList;
import java.util.List;

/// Where every row of the input went. The counts add up.
///
/// @param documentsIn rows that could be read
/// @param rejected rows that could not
public record Account(long documentsIn, long rejected, List<StepCount> steps, Masked masked) {
  public Account {
    steps = List.copyOf(steps);
    long in = documentsIn;
    for (StepCount step : steps) {
      if (step.in != in || step.out > step.in) {
        throw new IllegalStateException(
            "%s: %d documents in and %d out, but %d came from the step before"
                .formatted(step.name, step.in, step.out, in));
      }
      in = step.out;
    }
  }

  /// What one step did.
  ///
  /// @param changed documents whose text it changed
  public record StepCount(String name, long in, long out, long changed) {}

  public long documentsOut() {
    return steps.isEmpty() ? documentsIn : steps.getLast().out;
  }

  /// Builds the counts of the steps one behind the other.
  static final class Builder {
    private final List<StepCount> steps = new ArrayList<>();
    private long in;

    Builder(long documentsIn) {
      in = documentsIn;
    }

    void step(String name, long removed, long changed) {
      steps.add(new StepCount(name, in, in - removed, changed));
      in -= removed;
    }

    List<StepCount> steps() {
      return steps;
    }
  }
}
