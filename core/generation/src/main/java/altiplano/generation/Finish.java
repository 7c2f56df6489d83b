package altiplano.generation;

/// Why a generation ended.
public enum Finish {
  /// An end token, a stop text, or a constraint that nothing more may follow.
  STOP,
  /// The limit of tokens, or the end of the context.
  LENGTH,
  /// [Generation#cancel].
  CANCELLED
}
