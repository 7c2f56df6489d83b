package altiplano.model;

import java.util.Locale;

/// The memory that a model takes, in bytes, known before it is loaded.
///
/// @param sharedWeights weights read from the memory map, which the system may drop and read again
/// @param copiedWeights weights in an engine's own layout
/// @param cachePerToken keys and values of one position of one sequence
/// @param scratch what a forward pass needs at most beside these
public record MemoryEstimate(
    long sharedWeights, long copiedWeights, long cachePerToken, long scratch) {

  /// Returns the bytes with `positions` positions in caches.
  public long total(long positions) {
    return sharedWeights + copiedWeights + scratch + positions * cachePerToken;
  }

  /// Returns a number of bytes as people read it: `1.50 GiB`.
  public static String text(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.2f %s", value, units[unit]);
  }
}
