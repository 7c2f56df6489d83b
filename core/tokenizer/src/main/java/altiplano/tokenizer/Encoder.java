package altiplano.tokenizer;

/// Encodes text in which no special token stands. Immutable and thread-safe.
sealed interface Encoder permits ByteLevelEncoder, SentencePieceEncoder {
  /// Appends the ids of a text.
  ///
  /// @param opens whether the text is the first one, or follows a special token
  void encode(String text, boolean opens, IdList ids);
}
