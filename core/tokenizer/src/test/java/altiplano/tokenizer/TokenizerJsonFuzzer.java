package altiplano.tokenizer;

import java.io.IOException;

/// Jazzer's target for `tokenizer.json`: any bytes make a tokenizer or a
/// [altiplano.files.ModelFormatException].
public final class TokenizerJsonFuzzer {
  private static final VocabularyFuzzing FILE = new VocabularyFuzzing("tokenizer.json");

  private TokenizerJsonFuzzer() {}

  /// Called by Jazzer.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    FILE.open(input);
  }
}
