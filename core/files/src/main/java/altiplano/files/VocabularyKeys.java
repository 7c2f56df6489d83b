package altiplano.files;

/// The metadata keys of a vocabulary, as GGUF names them.
///
/// Two of them are our own, for what GGUF has no key for.
public final class VocabularyKeys {
  /// `gpt2` (byte-level BPE) or `llama` (SentencePiece).
  public static final String MODEL = "tokenizer.ggml.model";

  /// The name of the split pattern, `llama-bpe` for Llama 3.
  public static final String PRE = "tokenizer.ggml.pre";

  /// The tokens in order of their ids, ordinary ones of byte-level vocabularies in
  /// [ByteLevelAlphabet].
  public static final String TOKENS = "tokenizer.ggml.tokens";

  /// One float a token (SentencePiece).
  public static final String SCORES = "tokenizer.ggml.scores";

  /// One of [TokenType#code] a token.
  public static final String TOKEN_TYPE = "tokenizer.ggml.token_type";

  /// Pairs "left right" in [ByteLevelAlphabet], the most urgent first.
  public static final String MERGES = "tokenizer.ggml.merges";

  public static final String BEGIN_OF_TEXT = "tokenizer.ggml.bos_token_id";
  public static final String END_OF_TEXT = "tokenizer.ggml.eos_token_id";
  public static final String END_OF_TURN = "tokenizer.ggml.eot_token_id";
  public static final String END_OF_MESSAGE = "tokenizer.ggml.eom_token_id";
  public static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";
  public static final String PADDING = "tokenizer.ggml.padding_token_id";
  public static final String ADD_BEGIN_OF_TEXT = "tokenizer.ggml.add_bos_token";
  public static final String ADD_END_OF_TEXT = "tokenizer.ggml.add_eos_token";
  public static final String ADD_SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";
  public static final String CHAT_TEMPLATE = "tokenizer.chat_template";

  /// Ours: every id that ends a generation, a list.
  public static final String END_IDS = "altiplano.tokenizer.end_token_ids";

  /// Ours: false where a piece is merged even if the whole of it is a token; Llama 3 looks it up.
  public static final String IGNORE_MERGES = "altiplano.tokenizer.ignore_merges";

  private VocabularyKeys() {}
}
