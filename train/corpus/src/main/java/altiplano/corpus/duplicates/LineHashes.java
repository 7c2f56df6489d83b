package altiplano.corpus.duplicates;

import altiplano.corpus.steps.Units;
import java.util.List;
import java.util.regex.Pattern;

/// Which lines of a text count when repeated lines are looked for.
public final class LineHashes {
  /// Articles of statutes and items of lists repeat because they say the same.
  private static final Pattern NUMBERED =
      Pattern.compile("^(第[〇零一二三四五六七八九十百千0-9]+[条款章节编项]|[（(]?[一二三四五六七八九十0-9]+[)）、.]|[-*|#>`]).*");

  private LineHashes() {}

  /// Returns a hash of each line, 0 for those that stay however often they occur: short, numbered,
  /// indented, in code.
  ///
  /// @param minimumUnits words, or Chinese characters, from which a line counts
  public static long[] of(List<String> lines, int minimumUnits) {
    var hashes = new long[lines.size()];
    boolean fenced = false;
    for (int i = 0; i < hashes.length; i++) {
      String line = lines.get(i);
      if (line.stripLeading().startsWith("```")) fenced = !fenced;
      if (fenced || line.startsWith(" ") || line.startsWith("\t")) continue;
      String trimmed = line.strip();
      if (trimmed.length() < minimumUnits || NUMBERED.matcher(trimmed).matches()) continue;
      Units units = Units.of(trimmed);
      if (units.count() < minimumUnits) continue;
      long hash = units.count();
      for (int unit : units.hashes()) hash = Units.mix(hash * 31 + unit);
      hashes[i] = hash;
    }
    return hashes;
  }
}
