package altiplano.corpus.augment;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The words that may stand for a word, the nearest first.
///
/// @param words lower case, to their neighbours
public record Neighbours(Map<String, List<String>> words) implements Serializable {
  public static final Neighbours NONE = new Neighbours(Map.of());

  public Neighbours {
    words = Map.copyOf(words);
  }

  /// Returns the neighbours of a word; none if it is unknown.
  public List<String> of(String word) {
    return words.getOrDefault(word, List.of());
  }

  /// Reads a dictionary: a line is a group of words for one another, with spaces or tabs between.
  /// What follows `#` is a comment. A word in several groups has the words of all.
  ///
  /// @throws IOException if the file cannot be read or has no group of two words
  public static Neighbours dictionary(Path file) throws IOException {
    var groups = new HashMap<String, LinkedHashSet<String>>();
    for (String line : Files.readAllLines(file)) {
      String plain = line.replaceFirst("#.*", "").strip().toLowerCase(Locale.ROOT);
      List<String> group = Arrays.stream(plain.split("\\s+", 0)).distinct().toList();
      if (group.size() < 2) continue;
      for (String word : group) {
        groups.computeIfAbsent(word, w -> new LinkedHashSet<>()).addAll(group);
      }
    }
    if (groups.isEmpty()) {
      throw new IOException(
          file + ": no line has two words. Write the words of a group on one line, spaces between");
    }
    var words = new HashMap<String, List<String>>();
    groups.forEach((word, all) -> {
      var others = new ArrayList<>(all);
      others.remove(word);
      words.put(word, List.copyOf(others));
    });
    return new Neighbours(words);
  }
}
