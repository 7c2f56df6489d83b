package altiplano.training.run;

import altiplano.tokenizer.Tokenizer;

/// The number of bytes that each token stands for, by which losses of different vocabularies
/// compare.
final class TokenBytes {
  private TokenBytes() {}

  static int[] of(Tokenizer tokenizer) {
    var bytes = new int[tokenizer.size()];
    for (int id = 0; id < bytes.length; id++) bytes[id] = tokenizer.bytes(id).length;
    return bytes;
  }
}
