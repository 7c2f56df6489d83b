package altiplano.tokenizer;

/// The stream of [Tokenizer#stream].
final class DecodingStream implements Tokenizer.TokenStream {
  private final Tokenizer tokenizer;
  private final Utf8Decoder decoder = new Utf8Decoder();

  DecodingStream(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public String add(int id) {
    decoder.add(tokenizer.bytes(id));
    return decoder.take();
  }

  @Override
  public String finish() {
    decoder.finish();
    return decoder.take();
  }
}
