package altiplano.corpus.augment;

import java.util.Locale;

/// The ways in which a copy differs from its row (Wei and Zou 2019, "EDA: Easy Data Augmentation").
public enum Change {
  /// Words give way to their neighbours.
  REPLACE,
  /// Words go.
  DELETE,
  /// Neighbours of words that are there come in at any place.
  INSERT,
  /// Words change places with near ones.
  SWAP;

  /// Returns the name on the command line and in the rows.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
