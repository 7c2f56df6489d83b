package altiplano.mini.data;

import static altiplano.mini.data.Rows.list;
import static altiplano.mini.data.Rows.text;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectValue;
import com.github.houbb.opencc4j.util.ZhConverterUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The task sets of the bundled model: the collected sets whose licence lets weights be given out,
/// and the project's own, each in training, development and test parts.
///
/// `java altiplano.mini.data.TaskSets DATA OUTPUT SEED ROWS`: DATA holds the collected sets, OUTPUT
/// gets `train/`, `dev/` and `test/`, ROWS is the size of the project's own larger sets. Equal
/// inputs give equal bytes. Sets of which weights must not be given out are never opened.
public final class TaskSets {
  private static final String SOURCE = "altiplano/mini-data";

  private final Path data;
  private final Path output;
  private final Random random;

  private TaskSets(Path data, Path output, long seed) {
    this.data = data;
    this.output = output;
    this.random = new Random(seed);
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 4) {
      System.err.println("usage: TaskSets DATA OUTPUT SEED ROWS");
      System.exit(2);
    }
    write(
        Path.of(arguments[0]),
        Path.of(arguments[1]),
        Long.parseLong(arguments[2]),
        Integer.parseInt(arguments[3]));
  }

  public static void write(Path data, Path output, long seed, int rows) throws IOException {
    MiniData.write(output.resolve("own/train"), seed, rows);
    MiniData.write(output.resolve("own/dev"), seed + 1, Math.max(12, rows / 10));
    MiniData.write(output.resolve("own/test"), seed + 2, Math.max(12, rows / 10));
    var sets = new TaskSets(data, output, seed);
    sets.reviews();
    sets.finance();
    sets.spans();
    sets.which();
    sets.reading();
    sets.pairs();
    sets.talk();
  }

  // ---- labels ----

  private void reviews() {
    var collected = new ArrayList<ObjectValue>();
    var seen = new HashSet<String>();
    for (String file : List.of("sentiment-zh-shop", "sentiment-en-open")) {
      for (ObjectValue row : collected(file)) {
        String text = simplified(text(row, "text").strip());
        if (seen.add(text)) collected.add(labelled(text, text(row, "label"), text(row, "source")));
      }
    }
    write("reviews", Split.of(collected, row -> text(row, "text")), own("sentiment-reviews"));
  }

  private void finance() {
    write("finance", none(), own("sentiment-finance", "sentiment-finance-en"));
  }

  /// Which scale a mood is measured on, and which of the domains a text is of.
  private void which() {
    Map<String, String> scale = new LinkedHashMap<>();
    scale.put("reviews", "review");
    scale.put("finance", "finance");
    Map<String, String> domain = new LinkedHashMap<>();
    domain.put("medical", "medical");
    domain.put("law", "law");
    domain.put("finance-spans", "finance");
    relabel("scale", scale);
    relabel("domain", domain);
  }

  private void relabel(String set, Map<String, String> labels) {
    for (String part : List.of("train", "dev", "test")) {
      var rows = new ArrayList<ObjectValue>();
      labels.forEach((file, label) -> {
        var some = new ArrayList<>(Rows.read(output.resolve(part).resolve(file + ".jsonl")));
        Collections.shuffle(some, random);
        some.stream()
            .limit(3000)
            .forEach(row -> rows.add(labelled(text(row, "text"), label, text(row, "source"))));
      });
      Collections.shuffle(rows, random);
      Rows.write(output.resolve(part).resolve(set + ".jsonl"), rows);
    }
  }

  private static ObjectValue labelled(String text, String label, String source) {
    return Json.object().put("text", text).put("label", label).put("source", source).end();
  }

  // ---- spans ----

  private void spans() {
    write("medical", none(), own("extraction-medical"));
    write("law", none(), own("extraction-law"));
    write("finance-spans", none(), own("extraction-finance"));
  }

  /// Questions with the passage that answers them; to every sixth a passage that does not.
  private void reading() {
    var collected = new ArrayList<ObjectValue>();
    for (String file : List.of("reading-zh", "reading-en")) {
      for (ObjectValue row : collected(file)) collected.add(simplifiedReading(row));
    }
    var split = Split.of(collected, row -> text(row, "passage"));
    write("reading", map(split, this::withUnanswerable), no -> List.of());
  }

  private static ObjectValue simplifiedReading(ObjectValue row) {
    var answers =
        list(row, "answers").stream()
            .map(answer -> {
              var members = new LinkedHashMap<>(((ObjectValue) answer).members());
              members.put("text", Json.of(simplified(text((ObjectValue) answer, "text"))));
              return (Json) new ObjectValue(members);
            })
            .toList();
    var members = new LinkedHashMap<>(row.members());
    members.put("passage", Json.of(simplified(text(row, "passage"))));
    members.put("question", Json.of(simplified(text(row, "question"))));
    members.put("answers", new ArrayValue(answers));
    return new ObjectValue(members);
  }

  private List<ObjectValue> withUnanswerable(List<ObjectValue> rows) {
    var all = new ArrayList<>(rows);
    for (int i = 0; i < rows.size(); i += 6) {
      ObjectValue row = rows.get(i);
      // A near neighbour of the list is often of the same source and subject, and so harder.
      ObjectValue other = rows.get((i + 1 + random.nextInt(60)) % rows.size());
      boolean answered =
          list(row, "answers").stream()
              .anyMatch(
                  answer -> text(other, "passage").contains(text((ObjectValue) answer, "text")));
      if (answered) continue;
      var members = new LinkedHashMap<>(row.members());
      members.put("passage", Json.of(text(other, "passage")));
      members.put("answers", new ArrayValue(List.of()));
      all.add(new ObjectValue(members));
    }
    Collections.shuffle(all, random);
    return all;
  }

  // ---- pairs ----

  private void pairs() {
    var collected =
        collected("pairs-zh-open").stream()
            .map(row ->
                pair(
                    simplified(text(row, "a")),
                    simplified(text(row, "b")),
                    Rows.integer(row, "label"),
                    text(row, "source")))
            .toList();
    var split = Split.of(collected, row -> text(row, "a"));
    write("pairs", split, own("pairs"));
    // Contrastive learning wants pairs of equal meaning. A pair of different meaning becomes the
    // first text twice, the second beside it as one that only looks alike.
    Path train = output.resolve("train");
    var contrastive =
        Rows.read(train.resolve("pairs.jsonl")).stream()
            .map(row ->
                Rows.integer(row, "label") == 1
                    ? row
                    : Json.object()
                        .put("a", text(row, "a"))
                        .put("b", text(row, "a"))
                        .put("negatives", new ArrayValue(List.of(Json.of(text(row, "b")))))
                        .put("label", 1)
                        .put("source", text(row, "source"))
                        .end())
            .toList();
    Rows.write(train.resolve("contrastive.jsonl"), contrastive);
  }

  private static ObjectValue pair(String a, String b, int label, String source) {
    return Json.object().put("a", a).put("b", b).put("label", label).put("source", source).end();
  }

  // ---- conversations ----

  /// What an assistant says: to questions, to the beginnings of texts, and to those of contracts.
  private void talk() {
    var collected = new ArrayList<ObjectValue>(collected("dialogue-open"));
    collected.replaceAll(row -> (ObjectValue) simplifiedTexts(row));
    collected.addAll(continuations("text-zh-misc", 20, 3000));
    collected.addAll(continuations("text-zh-articles", 60, 1500));
    collected.addAll(continuations("text-zh-laws", 40, 1500));
    collected.addAll(continuations("text-en-modern", 60, 1500));
    write("talk", Split.of(collected, TaskSets::firstMessage), part -> clauses(part));
  }

  private List<ObjectValue> clauses(String part) {
    return Stream.of("text-contracts", "text-clauses")
        .flatMap(file -> rowsOf(part, file).stream())
        .map(row -> text(row, "text"))
        .filter(text -> text.indexOf('\n') > 0 && text.indexOf('\n') < text.length() - 1)
        .map(text ->
            turn(text.substring(0, text.indexOf('\n')), text.substring(text.indexOf('\n') + 1)))
        .toList();
  }

  /// Returns first sentences and what follows them, at most 300 characters of it.
  private List<ObjectValue> continuations(String file, int shortest, int count) {
    var made = new ArrayList<ObjectValue>();
    for (ObjectValue row : collected(file)) {
      String text = simplified(text(row, "text").strip());
      int end = firstSentence(text);
      if (end < 4 || text.substring(0, end).isBlank() || text.length() - end < shortest) continue;
      String rest = text.substring(end, Math.min(text.length(), end + 300)).strip();
      int whole = lastSentence(rest);
      if (whole >= Math.max(2, shortest / 2))
        made.add(turn(text.substring(0, end), rest.substring(0, whole)));
    }
    Collections.shuffle(made, random);
    return made.subList(0, Math.min(count, made.size()));
  }

  private static int firstSentence(String text) {
    for (int i = 0; i < Math.min(60, text.length()); i++) {
      if ("，。！？：,.!?:\n".indexOf(text.charAt(i)) >= 0) return i + 1;
    }
    return 0;
  }

  private static int lastSentence(String text) {
    for (int i = text.length() - 1; i > 0; i--) {
      if ("。！？.!?\n".indexOf(text.charAt(i)) >= 0) return i + 1;
    }
    return 0;
  }

  private static ObjectValue turn(String user, String assistant) {
    var messages =
        List.<Json>of(
            Json.object().put("role", "user").put("content", user.strip()).end(),
            Json.object().put("role", "assistant").put("content", assistant.strip()).end());
    return Json.object().put("messages", new ArrayValue(messages)).put("source", SOURCE).end();
  }

  private static String firstMessage(ObjectValue row) {
    return list(row, "messages").stream()
        .map(message -> text((ObjectValue) message, "content"))
        .collect(Collectors.joining("\n"));
  }

  private static Json simplifiedTexts(Json json) {
    return switch (json) {
      case Json.TextValue(String text) -> Json.of(simplified(text));
      case ArrayValue(var elements) ->
          new ArrayValue(elements.stream().map(TaskSets::simplifiedTexts).toList());
      case ObjectValue(var members) -> {
        var changed = new LinkedHashMap<>(members);
        changed.replaceAll((key, value) -> simplifiedTexts(value));
        yield new ObjectValue(changed);
      }
      default -> json;
    };
  }

  // ---- parts ----

  private List<ObjectValue> collected(String file) {
    return Rows.read(data.resolve(file + ".jsonl.xz"));
  }

  private Own own(String... files) {
    return part -> Stream.of(files).flatMap(file -> rowsOf(part, file).stream()).toList();
  }

  private List<ObjectValue> rowsOf(String part, String file) {
    var rows = Rows.read(output.resolve("own").resolve(part).resolve(file + ".jsonl"));
    if (part.equals("train")) return rows;
    Set<Json> known =
        new HashSet<>(Rows.read(output.resolve("own/train").resolve(file + ".jsonl")));
    return rows.stream().filter(row -> !known.contains(row)).toList();
  }

  /// The project's own rows of a part.
  @FunctionalInterface
  private interface Own {
    List<ObjectValue> of(String part);
  }

  private static Split<ObjectValue> none() {
    return new Split<>(List.of(), List.of(), List.of());
  }

  private static Split<ObjectValue> map(
      Split<ObjectValue> split, UnaryOperator<List<ObjectValue>> change) {
    return new Split<>(
        change.apply(split.train()), change.apply(split.dev()), change.apply(split.test()));
  }

  private void write(String set, Split<ObjectValue> collected, Own own) {
    write(set, "train", collected.train(), own);
    write(set, "dev", collected.dev(), own);
    write(set, "test", collected.test(), own);
  }

  private void write(String set, String part, List<ObjectValue> collected, Own own) {
    var rows = new ArrayList<ObjectValue>(collected);
    rows.addAll(own.of(part));
    Collections.shuffle(rows, random);
    Rows.write(output.resolve(part).resolve(set + ".jsonl"), rows);
  }

  /// Traditional to simplified Chinese sign by sign, so that every offset stays where it is.
  private static String simplified(String text) {
    var changed = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char sign = text.charAt(i);
      if (sign < 0x3400 || sign > 0x9FFF) continue;
      String one = ZhConverterUtil.toSimple(String.valueOf(sign));
      if (one.length() == 1) changed.setCharAt(i, one.charAt(0));
    }
    return changed.toString();
  }
}
