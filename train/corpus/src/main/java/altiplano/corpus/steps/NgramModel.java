package altiplano.corpus.steps;

import java.io.Serializable;

/// A small trigram model over words and Chinese characters, in hashed tables.
///
/// The probability of a unit is a fixed mixture of its relative frequency after two, one and no
/// units before it (Jelinek and Mercer 1980). It tells broken text from sound text and is no model
/// for more. Not thread-safe while it learns.
public final class NgramModel implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int TABLE = 1 << 22;
  private static final double[] WEIGHTS = {0.55, 0.30, 0.14};
  private static final double FLOOR = 0.01 / 50_000;

  /// Texts of fewer units are not judged: their score is chance.
  private static final int SHORTEST = 30;

  private final int[] trigrams = new int[TABLE];
  private final int[] bigrams = new int[TABLE];
  private final int[] unigrams = new int[TABLE];
  private long total;

  /// Learns from a text if it is from the good part: prose of two hundred units or more.
  public boolean learn(String text) {
    Units units = Units.of(text);
    if (units.count() < 200 || Shape.of(text).kind() != Shape.Kind.PROSE) return false;
    int[] hashes = units.hashes();
    for (int i = 0; i < hashes.length; i++) {
      unigrams[at(hashes, i, 1)]++;
      if (i >= 1) bigrams[at(hashes, i, 2)]++;
      if (i >= 2) trigrams[at(hashes, i, 3)]++;
    }
    total += hashes.length;
    return true;
  }

  /// Returns the mean information of a unit in bits; 0 for texts too short to judge and for all but
  /// prose: verse and code are unlikely without being bad.
  public double bitsPerUnit(String text) {
    Units units = Units.of(text);
    if (units.count() < SHORTEST || total == 0 || Shape.of(text).kind() != Shape.Kind.PROSE)
      return 0;
    int[] hashes = units.hashes();
    double bits = 0;
    for (int i = 2; i < hashes.length; i++) {
      double p = FLOOR + WEIGHTS[2] * unigrams[at(hashes, i, 1)] / total;
      int after1 = unigrams[at(hashes, i - 1, 1)];
      if (after1 > 0) p += WEIGHTS[1] * Math.min(1, (double) bigrams[at(hashes, i, 2)] / after1);
      int after2 = bigrams[at(hashes, i - 1, 2)];
      if (after2 > 0) p += WEIGHTS[0] * Math.min(1, (double) trigrams[at(hashes, i, 3)] / after2);
      bits -= Math.log(p);
    }
    return bits / Math.log(2) / (hashes.length - 2);
  }

  /// Returns the place of the `n` units that end at `end`.
  private static int at(int[] hashes, int end, int n) {
    long hash = n;
    for (int i = end - n + 1; i <= end; i++) hash = Units.mix(hash * 31 + hashes[i]);
    return (int) hash & TABLE - 1;
  }
}
