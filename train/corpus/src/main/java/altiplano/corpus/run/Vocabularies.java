package altiplano.corpus.run;

import altiplano.corpus.steps.Units;
import altiplano.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The vocabularies that tasks of this JVM use, opened once each.
final class Vocabularies {
  private static final Map<String, Tokenizer> OPEN = new ConcurrentHashMap<>();

  private Vocabularies() {}

  static Tokenizer open(String path) {
    return OPEN.computeIfAbsent(path, opened -> Tokenizer.open(Path.of(opened)));
  }

  static int endOfText(Tokenizer tokenizer) {
    return tokenizer
        .specialId("<|end_of_text|>")
        .orElseGet(() -> tokenizer.endIds().stream().min(Integer::compare).orElseThrow());
  }

  /// Returns a hash of a text by which it is shuffled, split and mixed.
  static long textHash(String text) {
    long hash = 1;
    for (int i = 0; i < text.length(); i++) hash = hash * 0x100000001B3L ^ text.charAt(i);
    return Units.mix(hash);
  }
}
