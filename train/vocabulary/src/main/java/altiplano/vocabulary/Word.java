package altiplano.vocabulary;

/// A piece of text as tokens, which merging makes fewer.
final class Word {
  final int[] ids;
  final long count;
  int length;

  /// @param count how often the piece occurs
  Word(int[] ids, long count) {
    this.ids = ids;
    this.count = count;
    this.length = ids.length;
  }
}
