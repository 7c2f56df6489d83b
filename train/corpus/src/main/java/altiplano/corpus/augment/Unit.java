package altiplano.corpus.augment;

/// What is changed at a time in Chinese; in all other languages it is a word.
public enum Unit {
  WORD,
  CHARACTER
}
