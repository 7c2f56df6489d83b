package altiplano.mini.data;

import altiplano.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Writes the project's own training material as JSON lines, in the schemas of docs/training.md.
///
/// `java altiplano.mini.data.MiniData DIR SEED ROWS`: about `ROWS` rows a set, no text twice.
public final class MiniData {
  private static final String SOURCE = "altiplano/mini-data";

  private final RandomGenerator random;
  private final int rows;

  private MiniData(long seed, int rows) {
    this.random = new Random(seed);
    this.rows = rows;
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      System.err.println("usage: MiniData DIR SEED ROWS");
      System.exit(2);
    }
    write(Path.of(arguments[0]), Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
  }

  /// Writes all sets to `folder`; equal seeds write equal bytes.
  ///
  /// @param rows of the larger sets; contracts and texts without content are a quarter of it
  static void write(Path folder, long seed, int rows) throws IOException {
    Files.createDirectories(folder);
    var data = new MiniData(seed, rows);
    Rows.write(
        folder.resolve("extraction-medical.jsonl"),
        data.extraction("medical-zh", "record", "none"));
    Rows.write(
        folder.resolve("extraction-law.jsonl"),
        data.extraction("contract-zh", "sentence", "contract"));
    Rows.write(folder.resolve("extraction-finance.jsonl"), data.financeSpans());
    Rows.write(folder.resolve("sentiment-finance.jsonl"), data.sentiment("finance-zh", true));
    Rows.write(folder.resolve("sentiment-finance-en.jsonl"), data.sentiment("finance-en", true));
    Rows.write(folder.resolve("sentiment-reviews.jsonl"), data.sentiment("reviews", false));
    Rows.write(folder.resolve("pairs.jsonl"), data.pairs());
    Rows.write(folder.resolve("text-contracts.jsonl"), data.texts("contract-zh", "contract"));
    Rows.write(folder.resolve("text-clauses.jsonl"), data.texts("contract-zh", "prompt"));
  }

  private List<Json> extraction(String grammarName, String main, String other) {
    var grammar = Grammar.load(grammarName);
    var made = distinct(grammar, main, rows, MiniData::extractionRow);
    made.addAll(distinct(grammar, other, rows / 4, MiniData::extractionRow));
    return made;
  }

  private List<Json> financeSpans() {
    var grammar = Grammar.load("finance-zh");
    var made = new ArrayList<Json>();
    for (String mood : List.of("positive", "negative", "neutral")) {
      made.addAll(distinct(grammar, mood, rows / 3, MiniData::extractionRow));
    }
    return made;
  }

  private List<Json> sentiment(String grammarName, boolean neutral) {
    var grammar = Grammar.load(grammarName);
    var made = new ArrayList<Json>();
    for (String mood :
        neutral ? List.of("positive", "negative", "neutral") : List.of("positive", "negative")) {
      made.addAll(
          distinct(
              grammar,
              mood,
              rows / 3,
              row ->
                  Json.object()
                      .put("text", row.text())
                      .put("label", mood)
                      .put("source", SOURCE)
                      .end()));
    }
    return made;
  }

  private List<Json> pairs() {
    var grammar = Grammar.load("pairs-zh");
    var made = new ArrayList<Json>();
    for (String label : List.of("same", "different")) {
      made.addAll(
          distinct(
              grammar,
              label,
              rows / 2,
              row -> {
                String[] two = row.text().split("\t", 2);
                return Json.object()
                    .put("a", two[0])
                    .put("b", two[1])
                    .put("label", two[0].equals(two[1]) || label.equals("same") ? 1 : 0)
                    .put("source", SOURCE)
                    .end();
              }));
    }
    return made;
  }

  private List<Json> texts(String grammarName, String start) {
    return distinct(
        Grammar.load(grammarName),
        start,
        rows / 4,
        row -> Json.object().put("text", row.text()).put("source", SOURCE).end());
  }

  /// Draws texts until `count` different ones are there, or until new ones have become rare.
  private List<Json> distinct(
      Grammar grammar, String start, int count, Function<Labelled, Json> row) {
    var seen = new HashSet<String>();
    var made = new ArrayList<Json>();
    for (long tries = 0; made.size() < count && tries < 20L * count; tries++) {
      Labelled text = Surface.chinese(grammar.generate(start, random), random);
      if (seen.add(text.text())) made.add(row.apply(text));
    }
    return made;
  }

  private static Json extractionRow(Labelled row) {
    var spans =
        row.spans().stream()
            .<Json>map(span ->
                Json.object()
                    .put("start", row.text().codePointCount(0, span.start()))
                    .put("end", row.text().codePointCount(0, span.end()))
                    .put("text", row.at(span))
                    .put("type", span.label())
                    .end())
            .toList();
    return Json.object()
        .put("text", row.text())
        .put("spans", new Json.ArrayValue(spans))
        .put("source", SOURCE)
        .end();
  }
}
