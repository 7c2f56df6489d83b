package altiplano.tasks;

/// What a vector stands for.
public enum Level {
  /// A word by itself: the mean of its tokens' embeddings, without context.
  WORD,
  SENTENCE,
  PARAGRAPH
}
