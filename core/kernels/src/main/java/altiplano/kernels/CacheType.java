package altiplano.kernels;

/// How keys and values are stored.
///
/// `INT8` rows have one float32 scale a head vector: `value = scale * int8`.
public enum CacheType {
  FLOAT32(4, 0),
  FLOAT16(2, 0),
  INT8(1, 4);

  private final int elementBytes;
  private final int scaleBytes;

  CacheType(int elementBytes, int scaleBytes) {
    this.elementBytes = elementBytes;
    this.scaleBytes = scaleBytes;
  }

  /// Returns the bytes of one head's vector of `headSize` values: its scale, if any, then its
  /// elements.
  public int vectorBytes(int headSize) {
    return scaleBytes + elementBytes * headSize;
  }

  public int elementBytes() {
    return elementBytes;
  }

  public int scaleBytes() {
    return scaleBytes;
  }
}
