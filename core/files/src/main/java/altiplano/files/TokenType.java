package altiplano.files;

import java.util.Optional;

/// What a token is, as `tokenizer.ggml.token_type` numbers it.
public enum TokenType {
  NORMAL(1),
  UNKNOWN(2),
  /// Special: never made from text, never shown.
  CONTROL(3),
  /// Ordinary text that is always one token.
  USER_DEFINED(4),
  UNUSED(5),
  /// A single byte of a SentencePiece vocabulary, written `<0x0A>`.
  BYTE(6);

  private static final TokenType[] ALL = values();

  private final long code;

  TokenType(long code) {
    this.code = code;
  }

  /// Returns the number that files hold.
  public long code() {
    return code;
  }

  /// Returns the type with a number, empty where there is none.
  public static Optional<TokenType> of(long code) {
    return 1 <= code && code <= ALL.length ? Optional.of(ALL[(int) code - 1]) : Optional.empty();
  }
}
