package altiplano.tasks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A small collection in memory: the paragraphs of some documents, ranked by BM25 (Robertson and
/// Zaragoza 2009) over words and pairs of Chinese characters. Immutable and thread-safe.
public final class MemoryPassages implements Passages {
  private static final double K1 = 1.2;
  private static final double B = 0.75;
  private static final Pattern PARAGRAPH = Pattern.compile("[^\\n]+(?:\\n(?!\\n)[^\\n]+)*");

  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Integer> documentFrequency = new HashMap<>();
  private final double averageLength;

  private record Entry(Passage passage, Map<String, Integer> terms, int length) {}

  /// @param documents texts by name
  public MemoryPassages(Map<String, String> documents) {
    documents.forEach((name, text) ->
        PARAGRAPH
            .matcher(text)
            .results()
            .forEach(part -> add(new Passage(name, part.start(), part.end(), part.group(), 0))));
    averageLength = entries.stream().mapToInt(Entry::length).average().orElse(1);
  }

  /// Returns what ships with the program about Llama 3.1 itself.
  static MemoryPassages knowledge(Language language) {
    String name = "knowledge-" + language.tag() + ".txt";
    try (InputStream stream = MemoryPassages.class.getResourceAsStream(name)) {
      if (stream == null) throw new IllegalStateException("the resource " + name + " is missing");
      return new MemoryPassages(
          Map.of(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private void add(Passage passage) {
    var terms = Terms.of(passage.text());
    terms.keySet().forEach(term -> documentFrequency.merge(term, 1, Integer::sum));
    int length = terms.values().stream().mapToInt(Integer::intValue).sum();
    entries.add(new Entry(passage, terms, length));
  }

  @Override
  public List<Passage> search(String question, int limit) {
    var wanted = Terms.of(question).keySet();
    return entries.stream()
        .map(entry -> scored(entry, wanted.stream().mapToDouble(term -> score(entry, term)).sum()))
        .filter(passage -> passage.score() > 0)
        .sorted(Comparator.comparingDouble(Passage::score).reversed())
        .limit(limit)
        .toList();
  }

  private static Passage scored(Entry entry, double score) {
    Passage passage = entry.passage;
    return new Passage(passage.document(), passage.start(), passage.end(), passage.text(), score);
  }

  private double score(Entry entry, String term) {
    int count = entry.terms.getOrDefault(term, 0);
    int containing = documentFrequency.getOrDefault(term, 0);
    double idf = Math.log(1 + (entries.size() - containing + 0.5) / (containing + 0.5));
    return idf * count * (K1 + 1) / (count + K1 * (1 - B + B * entry.length / averageLength));
  }
}
