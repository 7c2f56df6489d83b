package altiplano.model;

import altiplano.kernels.CacheType;
import altiplano.kernels.KeyValuePages;

/// The sizes behind a key-value cache.
record CacheLayout(int layers, int keyValueHeads, int headSize, CacheType type) {

  static CacheLayout of(LlamaConfig config, CacheType type) {
    return new CacheLayout(config.layers(), config.keyValueHeads(), config.headSize(), type);
  }

  /// Bytes of the keys, or of the values, of one layer in one page.
  long sliceBytes() {
    return (long) keyValueHeads * KeyValuePages.PAGE * type.vectorBytes(headSize);
  }

  /// Bytes of a page: keys and values of all layers at [KeyValuePages#PAGE] positions.
  long pageBytes() {
    return 2L * layers * sliceBytes();
  }

  long bytesPerToken() {
    return pageBytes() / KeyValuePages.PAGE;
  }
}
