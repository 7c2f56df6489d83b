package altiplano.training.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Texts side by side without padding: one row a token.
///
/// Texts of equal length lie next to one another, so that attention takes them in one call.
///
/// @param tokens ids of all texts, text after text
/// @param groups runs of texts of equal length, in order
/// @param order `order[i]` is the number that the caller gave to the `i`-th text
public record Packed(int[] tokens, List<Group> groups, int[] order) {
  /// Texts of equal length, one after the other.
  ///
  /// @param start row of the first token
  /// @param texts how many texts
  /// @param length tokens in each
  public record Group(int start, int texts, int length) {
    public int rows() {
      return texts * length;
    }
  }

  /// Packs texts. None may be empty.
  public static Packed of(List<int[]> texts) {
    var sorted = new ArrayList<Integer>();
    int rows = 0;
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).length == 0) throw new IllegalArgumentException("text " + i + " is empty");
      sorted.add(i);
      rows += texts.get(i).length;
    }
    sorted.sort(Comparator.comparingInt(i -> -texts.get(i).length));
    var tokens = new int[rows];
    var groups = new ArrayList<Group>();
    int at = 0;
    for (int i = 0; i < sorted.size(); ) {
      int length = texts.get(sorted.get(i)).length;
      int start = at;
      int first = i;
      for (; i < sorted.size() && texts.get(sorted.get(i)).length == length; i++, at += length) {
        System.arraycopy(texts.get(sorted.get(i)), 0, tokens, at, length);
      }
      groups.add(new Group(start, i - first, length));
    }
    return new Packed(
        tokens, List.copyOf(groups), sorted.stream().mapToInt(Integer::intValue).toArray());
  }

  public int rows() {
    return tokens.length;
  }

  public int texts() {
    return order.length;
  }

  /// Returns each row's place in its text, from 0.
  public long[] positions() {
    var positions = new long[tokens.length];
    for (Group group : groups) {
      for (int row = 0; row < group.rows(); row++) {
        positions[group.start + row] = row % group.length;
      }
    }
    return positions;
  }

  /// Returns the row at which each text starts, by the caller's numbers.
  public int[] starts() {
    var starts = new int[order.length];
    int text = 0;
    for (Group group : groups) {
      for (int i = 0; i < group.texts; i++) starts[order[text++]] = group.start + i * group.length;
    }
    return starts;
  }

  /// Returns the number of tokens of each text, by the caller's numbers.
  public int[] lengths() {
    var lengths = new int[order.length];
    int text = 0;
    for (Group group : groups) {
      for (int i = 0; i < group.texts; i++) lengths[order[text++]] = group.length;
    }
    return lengths;
  }

  /// Lays one value a token, given text by text, in the order of the rows.
  ///
  /// @param perText as the texts that were packed, and as long
  public long[] arrange(List<long[]> perText) {
    var starts = starts();
    var arranged = new long[tokens.length];
    for (int i = 0; i < perText.size(); i++) {
      System.arraycopy(perText.get(i), 0, arranged, starts[i], perText.get(i).length);
    }
    return arranged;
  }
}
