package altiplano.files;

import java.util.Optional;

/// The patterns that cut text into pieces before byte-level merging, by their names in the formats.
public enum PieceSplit {
  /// Llama 3's. tiktoken and Hugging Face's tokenizers read `\s` as Unicode White_Space and fold
  /// case by Unicode.
  LLAMA3(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      "llama-bpe"),

  /// GPT-2's.
  GPT2(
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
      "gpt-2");

  private final String regex;
  private final String ggufName;

  PieceSplit(String regex, String ggufName) {
    this.regex = regex;
    this.ggufName = ggufName;
  }

  /// Returns the pattern as published; nothing here runs it.
  public String regex() {
    return regex;
  }

  /// Returns the value of `tokenizer.ggml.pre` that means this pattern.
  public String ggufName() {
    return ggufName;
  }

  /// Returns the pattern that a value of `tokenizer.ggml.pre` means, empty for one not known here.
  public static Optional<PieceSplit> ofGgufName(String name) {
    return switch (name) {
      case "llama-bpe", "llama3", "llama-v3" -> Optional.of(LLAMA3);
      case "gpt-2", "gpt2" -> Optional.of(GPT2);
      default -> Optional.empty();
    };
  }

  /// Returns the pattern that is written so, empty for one not known here.
  public static Optional<PieceSplit> ofRegex(String regex) {
    for (PieceSplit split : values()) if (split.regex.equals(regex)) return Optional.of(split);
    return Optional.empty();
  }
}
