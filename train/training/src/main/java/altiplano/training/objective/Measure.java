package altiplano.training.objective;

/// A quotient whose two sums are collected over batches, such as right answers over all answers.
///
/// @param sum what is counted
/// @param of what it is divided by
public record Measure(double sum, double of) {
  public Measure plus(Measure other) {
    return new Measure(sum + other.sum, of + other.of);
  }

  /// Returns the quotient; 0 where there was nothing to count.
  public double value() {
    return of == 0 ? 0 : sum / of;
  }
}
