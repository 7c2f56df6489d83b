package altiplano.tokenizer;

import java.io.IOException;

/// Jazzer's target for `tokenizer.model`: any bytes make a tokenizer or a
/// [altiplano.files.ModelFormatException].
public final class TokenizerModelFuzzer {
  private static final VocabularyFuzzing FILE = new VocabularyFuzzing("tokenizer.model");

  private TokenizerModelFuzzer() {}

  /// Called by Jazzer.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    FILE.open(input);
  }
}
