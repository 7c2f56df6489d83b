package altiplano.corpus.duplicates;

import altiplano.corpus.Document;
import altiplano.corpus.LongSet;
import altiplano.corpus.read.InputFile;
import altiplano.corpus.read.JsonLines;
import altiplano.corpus.steps.Outcome;
import altiplano.corpus.steps.Step;
import altiplano.corpus.steps.Units;
import altiplano.files.Json;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.regex.Pattern;

/// The passages of test sets, and their removal from documents.
///
/// A paragraph goes if it shares a run of 13 words, or 26 Chinese characters, with a test text
/// (GPT-3 compares 13 words: Brown et al. 2020, appendix C), or if one of its sentences is the
/// whole of a shorter one. A document goes if it would lose more than half.
public final class TestPassages implements Serializable {
  private static final long serialVersionUID = 1L;

  /// Shorter test texts, such as "yes", say nothing.
  private static final int SHORTEST = 8;

  private static final Pattern SENTENCE_END = Pattern.compile("(?<=[。！？!?；;\n])|(?<=\\.)\\s");

  private final int words;
  private final int characters;
  private int texts;
  private final LongSet runs = new LongSet(1 << 16);
  private final LongSet sentences = new LongSet(1 << 12);

  private TestPassages(int words, int characters) {
    this.words = words;
    this.characters = characters;
  }

  /// Reads all test sets.
  ///
  /// @throws UncheckedIOException if a file cannot be read: a run must not pass for clean then
  /// @throws IllegalArgumentException if a test set has no text
  public static TestPassages read(Step.Contamination step) {
    var passages = new TestPassages(step.words(), step.characters());
    for (Step.TestSet set : step.against()) {
      int before = passages.texts;
      for (String pattern : set.files()) {
        for (InputFile file : InputFile.expand(pattern)) passages.addAll(set, Path.of(file.path()));
      }
      // A run must not pass for clean because of a misspelt field.
      if (passages.texts == before) {
        throw new IllegalArgumentException(
            "%s: no row%s has a text in the fields %s. Correct 'fields' or 'where' of the step contamination."
                .formatted(
                    String.join(", ", set.files()),
                    set.where().isEmpty() ? "" : " of '" + set.where() + "'",
                    set.fields()));
      }
    }
    return passages;
  }

  private void addAll(Step.TestSet set, Path file) {
    try {
      JsonLines.forEach(
          file,
          row -> {
            if (!(row instanceof Json.ObjectValue object)) return;
            boolean wanted =
                set.where().isEmpty()
                    || (object.get("source").orElse(row) instanceof Json.TextValue(var source)
                        && source.contains(set.where()));
            if (!wanted) return;
            for (String field : set.fields()) object.get(field).ifPresent(this::addTexts);
          });
    } catch (IOException unreadable) {
      throw new UncheckedIOException(
          "%s: cannot be read. Contamination cannot be checked without it.".formatted(file),
          unreadable);
    }
  }

  private void addTexts(Json value) {
    switch (value) {
      case Json.TextValue(var text) -> add(text);
      case Json.ArrayValue(var elements) -> elements.forEach(this::addTexts);
      case Json.ObjectValue(var members) -> members.values().forEach(this::addTexts);
      case Json.NumberValue number -> {}
      case Json.BoolValue bool -> {}
      case Json.NullValue nothing -> {}
    }
  }

  private void add(String text) {
    texts++;
    Units units = Units.of(text);
    if (units.count() < SHORTEST) return;
    int run = run(units);
    if (units.count() < run) {
      sentences.add(whole(units));
    } else {
      for (long gram : units.grams(run)) runs.add(gram);
    }
  }

  private int run(Units units) {
    return units.isIdeographic() ? characters : words;
  }

  private static long whole(Units units) {
    return units.grams(units.count())[0] + units.count();
  }

  /// Removes what a document shares with a test set.
  public Outcome remove(Document document) {
    String text = document.text();
    var kept = new ArrayList<String>();
    int removed = 0;
    for (String paragraph : text.split("\n", -1)) {
      if (isContaminated(paragraph)) removed += paragraph.length();
      else kept.add(paragraph);
    }
    if (removed == 0) return new Outcome.Kept(document);
    return removed * 2 > text.length()
        ? new Outcome.Removed(
            "%d of %d characters stand in a test set".formatted(removed, text.length()))
        : new Outcome.Kept(document.withText(String.join("\n", kept)));
  }

  private boolean isContaminated(String paragraph) {
    Units units = Units.of(paragraph);
    if (units.count() < SHORTEST) return false;
    for (long gram : units.grams(run(units))) if (runs.contains(gram)) return true;
    if (sentences.size() == 0) return false;
    if (sentences.contains(whole(units))) return true;
    for (String sentence : SENTENCE_END.split(paragraph, 0)) {
      Units part = Units.of(sentence);
      if (part.count() >= SHORTEST && sentences.contains(whole(part))) return true;
    }
    return false;
  }
}
