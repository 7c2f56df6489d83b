package altiplano.corpus.run;

/// Hears what a run is doing; for people, on standard error.
@FunctionalInterface
public interface Progress {
  void says(String message);
}
