package altiplano.training.optimizer;

/// The learning rate of each step.
///
/// @param shape how it falls after the warm-up
/// @param rate the highest
/// @param steps of the whole run
/// @param warmup steps of linear rise
/// @param decay share of all steps over which [Shape#WSD] falls
/// @param last share of `rate` at the end
public record Schedule(Shape shape, double rate, int steps, int warmup, double decay, double last) {

  public enum Shape {
    /// Half a cosine from the warm-up to the end.
    COSINE,
    /// A straight line from the warm-up to the end.
    LINEAR,
    /// Warm-up, stable, decay: the fall is `1 - sqrt` over the last part (Hägele et al. 2024). A
    /// run can be prolonged from anywhere on the plateau.
    WSD,
    CONSTANT
  }

  public Schedule {
    if (!(rate > 0)) throw new IllegalArgumentException("rate must be above 0, was " + rate);
    if (warmup < 0 || warmup > steps) {
      throw new IllegalArgumentException(
          "warmup must be from 0 to the %d steps, was %d".formatted(steps, warmup));
    }
  }

  /// Returns the rate of a step, counted from 1.
  public double at(int step) {
    if (step <= warmup) return rate * step / warmup;
    double left =
        switch (shape) {
          case COSINE -> 0.5 + 0.5 * Math.cos(Math.PI * share(step, warmup));
          case LINEAR -> 1 - share(step, warmup);
          case WSD -> 1 - Math.sqrt(Math.max(0, share(step, steps * (1 - decay))));
          case CONSTANT -> 1;
        };
    return rate * (last + (1 - last) * left);
  }

  private double share(int step, double start) {
    return Math.min(1, (step - start) / Math.max(1, steps - start));
  }
}
