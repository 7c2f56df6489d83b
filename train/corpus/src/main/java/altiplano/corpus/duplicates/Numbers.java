package altiplano.corpus.duplicates;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The numbers in a text: what two fillings of one template differ in.
public final class Numbers {
  private static final Pattern NUMBER = Pattern.compile("\\d+([.:]\\d+)*");
  private static final int ENOUGH = 3;

  private Numbers() {}

  /// Returns the different numbers of a text as ascending hashes.
  public static long[] of(String text) {
    Matcher numbers = NUMBER.matcher(text);
    return numbers
        .results()
        .mapToLong(found -> found.group().hashCode())
        .distinct()
        .sorted()
        .toArray();
  }

  /// Returns whether two texts have enough numbers, and most of them differ.
  public static boolean differ(long[] a, long[] b) {
    return Math.min(a.length, b.length) >= ENOUGH && MinHash.similarity(a, b) < 0.5;
  }
}
