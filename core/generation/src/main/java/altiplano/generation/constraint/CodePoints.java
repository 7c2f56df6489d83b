package altiplano.generation.constraint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A set of Unicode code points, as sorted ranges that do not touch.
///
/// @param bounds first and last of each range in turn
record CodePoints(List<Integer> bounds) {
  static final int LAST = Character.MAX_CODE_POINT;

  /// Every code point but the surrogates, which no UTF-8 text holds.
  static final CodePoints ALL =
      new CodePoints(List.of(0, Character.MIN_SURROGATE - 1, Character.MAX_SURROGATE + 1, LAST));

  static final CodePoints NONE = new CodePoints(List.of());

  CodePoints {
    bounds = List.copyOf(bounds);
  }

  static CodePoints of(int codePoint) {
    return range(codePoint, codePoint);
  }

  static CodePoints of(String characters) {
    return union(characters.codePoints().mapToObj(CodePoints::of).toList());
  }

  /// Returns the code points from `first` to `last`, surrogates left out.
  static CodePoints range(int first, int last) {
    return new CodePoints(List.of(first, last)).and(ALL);
  }

  static CodePoints union(List<CodePoints> sets) {
    var ranges = new ArrayList<int[]>();
    for (CodePoints set : sets)
      set.forEachRange((first, last) -> ranges.add(new int[] {first, last}));
    ranges.sort(Comparator.comparingInt(range -> range[0]));
    var bounds = new ArrayList<Integer>();
    for (int[] range : ranges) {
      int end = bounds.size() - 1;
      if (end > 0 && range[0] <= bounds.get(end) + 1) {
        bounds.set(end, Math.max(bounds.get(end), range[1]));
      } else {
        bounds.add(range[0]);
        bounds.add(range[1]);
      }
    }
    return new CodePoints(bounds);
  }

  CodePoints or(CodePoints other) {
    return union(List.of(this, other));
  }

  CodePoints and(CodePoints other) {
    var common = new ArrayList<Integer>();
    for (int i = 0, j = 0; i < bounds.size() && j < other.bounds.size(); ) {
      int first = Math.max(bounds.get(i), other.bounds.get(j));
      int last = Math.min(bounds.get(i + 1), other.bounds.get(j + 1));
      if (first <= last) {
        common.add(first);
        common.add(last);
      }
      if (bounds.get(i + 1) < other.bounds.get(j + 1)) i += 2;
      else j += 2;
    }
    return new CodePoints(common);
  }

  /// Returns every code point that is not in this set, surrogates left out.
  CodePoints not() {
    var rest = new ArrayList<Integer>();
    int next = 0;
    for (int i = 0; i < bounds.size(); i += 2) {
      if (bounds.get(i) > next) {
        rest.add(next);
        rest.add(bounds.get(i) - 1);
      }
      next = bounds.get(i + 1) + 1;
    }
    if (next <= LAST) {
      rest.add(next);
      rest.add(LAST);
    }
    return new CodePoints(rest).and(ALL);
  }

  CodePoints minus(CodePoints other) {
    return and(other.not());
  }

  boolean isEmpty() {
    return bounds.isEmpty();
  }

  boolean contains(int codePoint) {
    for (int i = 0; i < bounds.size() && bounds.get(i) <= codePoint; i += 2) {
      if (codePoint <= bounds.get(i + 1)) return true;
    }
    return false;
  }

  void forEachRange(RangeConsumer consumer) {
    for (int i = 0; i < bounds.size(); i += 2) consumer.accept(bounds.get(i), bounds.get(i + 1));
  }

  interface RangeConsumer {
    void accept(int first, int last);
  }
}
