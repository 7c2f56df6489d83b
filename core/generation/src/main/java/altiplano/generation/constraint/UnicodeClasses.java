package altiplano.generation.constraint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;

/// Unicode's general categories, scripts and case folding, as the running Java knows them.
final class UnicodeClasses {
  private static final Map<String, CodePoints> SCRIPTS = new ConcurrentHashMap<>();

  private UnicodeClasses() {}

  /// Returns the class of a name such as `L`, `Lu`, `Han` or `Any`.
  static Optional<CodePoints> named(String name) {
    if (name.equals("Any")) return Optional.of(CodePoints.ALL);
    CodePoints category = Categories.BY_NAME.get(name);
    if (category != null) return Optional.of(category);
    try {
      // RE2 writes scripts in full and with capitals: Han, not Hani or han.
      var script = Character.UnicodeScript.forName(name);
      if (!name.equalsIgnoreCase(script.name()) || Character.isLowerCase(name.charAt(0))) {
        return Optional.empty();
      }
      return Optional.of(
          SCRIPTS.computeIfAbsent(name, _ -> where(c -> Character.UnicodeScript.of(c) == script)));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }

  /// Returns the set and every code point that differs from one of it in case alone.
  static CodePoints folded(CodePoints set) {
    var sets = new ArrayList<>(List.of(set));
    CaseVariants.OF.forEach((codePoint, variants) -> {
      if (set.contains(codePoint)) sets.add(variants);
    });
    return CodePoints.union(sets);
  }

  private static CodePoints where(IntPredicate holds) {
    var bounds = new ArrayList<Integer>();
    for (int c = 0; c <= CodePoints.LAST; c++) {
      if (!holds.test(c)) continue;
      int first = c;
      while (c < CodePoints.LAST && holds.test(c + 1)) c++;
      bounds.add(first);
      bounds.add(c);
    }
    return new CodePoints(bounds).and(CodePoints.ALL);
  }

  /// All general categories; read when first asked for.
  private static final class Categories {
    /// In the order of the numbers that [Character#getType] gives; 17 is not used.
    private static final List<String> NAMES =
        List.of(
            "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl",
            "Zp", "Cc", "Cf", "", "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So",
            "Pi", "Pf");

    static final Map<String, CodePoints> BY_NAME = read();

    private static Map<String, CodePoints> read() {
      var bounds = new HashMap<String, List<Integer>>();
      int first = 0;
      for (int c = 1; c <= CodePoints.LAST + 1; c++) {
        int type = Character.getType(first);
        if (c <= CodePoints.LAST && Character.getType(c) == type) continue;
        var ranges = bounds.computeIfAbsent(NAMES.get(type), _ -> new ArrayList<>());
        ranges.add(first);
        ranges.add(c - 1);
        first = c;
      }
      var sets = new HashMap<String, CodePoints>();
      bounds.forEach((name, ranges) -> sets.put(name, new CodePoints(ranges).and(CodePoints.ALL)));
      bounds.keySet().stream()
          .map(name -> name.substring(0, 1))
          .distinct()
          .forEach(letter ->
              sets.put(
                  letter,
                  CodePoints.union(
                      bounds.keySet().stream()
                          .filter(name -> name.startsWith(letter))
                          .map(sets::get)
                          .toList())));
      return Map.copyOf(sets);
    }
  }

  /// For each code point with case, those that differ from it in case alone.
  private static final class CaseVariants {
    static final Map<Integer, CodePoints> OF = read();

    private static Map<Integer, CodePoints> read() {
      var byFold = new HashMap<Integer, List<CodePoints>>();
      for (int c = 0; c <= CodePoints.LAST; c++) {
        int fold = fold(c);
        if (fold == c && Character.toUpperCase(c) == c && Character.toLowerCase(c) == c) continue;
        byFold.computeIfAbsent(fold, _ -> new ArrayList<>(2)).add(CodePoints.of(c));
      }
      var variants = new HashMap<Integer, CodePoints>();
      for (List<CodePoints> same : byFold.values()) {
        CodePoints all = CodePoints.union(same);
        all.forEachRange((first, last) -> {
          for (int c = first; c <= last; c++) variants.put(c, all);
        });
      }
      return Map.copyOf(variants);
    }

    private static int fold(int codePoint) {
      return Character.toLowerCase(Character.toUpperCase(codePoint));
    }
  }
}
