package altiplano.mini.evaluation;

import static altiplano.mini.data.Rows.list;
import static altiplano.mini.data.Rows.text;

import altiplano.files.Json.NumberValue;
import altiplano.files.Json.ObjectValue;
import altiplano.mini.data.Rows;
import altiplano.tasks.Answer;
import altiplano.tasks.Domain;
import altiplano.tasks.Level;
import altiplano.tasks.Llama3Model;
import altiplano.tasks.MemoryPassages;
import altiplano.tasks.Sentiment;
import altiplano.tasks.Sentiment.Mood;
import altiplano.tasks.Sentiment.Scale;
import altiplano.tasks.TaskOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// All measures of the bundled model, set by set.
///
/// @param sets the task sets' parts, as [altiplano.mini.data.TaskSets] writes them
/// @param data the collected sets, of which some are for measuring only
/// @param limit most texts of a set
/// @param progress receives a line a set
record Measures(Llama3Model model, Path sets, Path data, int limit, Consumer<String> progress) {

  /// Returns each set's measures in the order of the model card.
  Map<String, Supplier<Map<String, Result>>> all() {
    var all = new LinkedHashMap<String, Supplier<Map<String, Result>>>();
    all.put("reviews", () -> moods("reviews", test("reviews"), "reviews", Scale.REVIEW));
    all.put("finance", () -> moods("finance", test("finance"), "finance", Scale.FINANCE));
    collected(all, "reviews-zh", "sentiment-zh-reviews", "", "reviews", Scale.REVIEW);
    collected(all, "film-en", "sentiment-en-reviews", "", "reviews", Scale.REVIEW);
    collected(all, "news-zh", "sentiment-finance", "wwwxmu", "finance", Scale.FINANCE);
    collected(all, "posts-zh", "sentiment-finance", "finfe", "finance", Scale.FINANCE);
    collected(all, "news-en", "sentiment-finance", "phrasebank", "finance", Scale.FINANCE);
    all.put("medical", () -> spans("medical", Domain.MEDICAL, MedicalExpressions::find));
    all.put("law", () -> spans("law", Domain.LAW, text -> Set.of()));
    all.put("finance-spans", () -> spans("finance-spans", Domain.FINANCE, text -> Set.of()));
    all.put("reading", this::reading);
    all.put("pairs", () -> pairs("pairs", test("pairs")));
    Path research = data.resolve("pairs-zh-research.jsonl.xz");
    if (Files.exists(research)) {
      for (String source : List.of("lcqmc", "cmedqq", "sts-b-zh/dev")) {
        all.put(
            "pairs-" + source.replaceAll("-zh/dev", ""),
            () -> pairs(source, sample(Rows.read(research), source)));
      }
    }
    all.put("retrieval", this::retrieval);
    return all;
  }

  private void collected(
      Map<String, Supplier<Map<String, Result>>> all,
      String name,
      String file,
      String source,
      String trained,
      Scale scale) {
    Path path = data.resolve(file + ".jsonl.xz");
    if (!Files.exists(path)) return;
    all.put(name, () -> moods(name, sample(Rows.read(path), source), trained, scale));
  }

  // ---- labels ----

  private Map<String, Result> moods(
      String name, List<ObjectValue> rows, String trained, Scale scale) {
    var gold = texts(rows, "label");
    var labels = Set.copyOf(gold);
    var judged =
        each(name, rows, row -> model.analyzeSentiment(text(row, "text"), scale, options()));
    var found = judged.stream().map(sentiment -> best(sentiment, labels)).toList();
    var train = train(trained);
    var counts = new WordCounts(texts(train, "text"));
    var regression = counts.learn(texts(train, "text"), texts(train, "label"));
    var words = rows.stream().map(row -> regression.label(text(row, "text"))).toList();
    String most =
        gold.stream()
            .collect(Collectors.groupingBy(label -> label, Collectors.counting()))
            .entrySet()
            .stream()
            .max(Map.Entry.comparingByValue())
            .orElseThrow()
            .getKey();
    var majority = Collections.nCopies(gold.size(), most);
    var results = new LinkedHashMap<String, Result>();
    for (var measure :
        Map.<String, Labels>of("accuracy", Metrics::accuracy, "macro-F1", Metrics::macroF1)
            .entrySet()) {
      int[] whole = Metrics.all(rows.size());
      Labels score = measure.getValue();
      results.put(
          name + "." + measure.getKey(),
          new Result(
              measure.getKey(),
              score.of(whole, gold, found),
              Interval.of(rows.size(), some -> score.of(some, gold, found)),
              rows.size(),
              Map.of(
                  "majority", score.of(whole, gold, majority),
                  "tf-idf logistic regression", score.of(whole, gold, words))));
    }
    var sure = judged.stream().mapToDouble(s -> s.probabilities().get(s.label())).toArray();
    var right = new boolean[rows.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = name(judged.get(i).label()).equals(gold.get(i));
    }
    results.put(
        name + ".calibration-error",
        new Result(
            "expected calibration error",
            Metrics.calibrationError(Metrics.all(rows.size()), sure, right),
            Interval.of(rows.size(), some -> Metrics.calibrationError(some, sure, right)),
            rows.size(),
            Map.of()));
    return results;
  }

  /// A measure of labels.
  @FunctionalInterface
  private interface Labels {
    double of(int[] sample, List<String> gold, List<String> found);
  }

  /// Returns the likeliest of the labels that the set has.
  private static String best(Sentiment sentiment, Set<String> labels) {
    return sentiment.probabilities().entrySet().stream()
        .filter(entry -> labels.contains(name(entry.getKey())))
        .max(Map.Entry.comparingByValue())
        .map(entry -> name(entry.getKey()))
        .orElseThrow();
  }

  private static String name(Mood mood) {
    return mood.name().toLowerCase(Locale.ROOT);
  }

  // ---- spans ----

  private Map<String, Result> spans(
      String name, Domain domain, Function<String, Set<String>> baseline) {
    var rows = test(name);
    var gold = rows.stream().map(Measures::marked).toList();
    var found = each(name, rows, row -> extracted(text(row, "text"), domain));
    var simple = rows.stream().map(row -> baseline.apply(text(row, "text"))).toList();
    boolean hasBaseline = simple.stream().anyMatch(set -> !set.isEmpty());
    var results = new LinkedHashMap<String, Result>();
    var fields = new ArrayList<String>(domain.fields());
    fields.add("");
    for (String field : fields) {
      BiFunction<int[], List<Set<String>>, Double> score =
          (sample, sets) -> spanF1(sample, gold, sets, field);
      int[] whole = Metrics.all(rows.size());
      results.put(
          name + (field.isEmpty() ? "" : "." + field),
          new Result(
              "F1",
              score.apply(whole, found),
              Interval.of(rows.size(), some -> score.apply(some, found)),
              rows.size(),
              hasBaseline ? Map.of("regular expressions", score.apply(whole, simple)) : Map.of()));
    }
    return results;
  }

  private static double spanF1(
      int[] sample, List<Set<String>> gold, List<Set<String>> found, String field) {
    int right = 0;
    int wanted = 0;
    int given = 0;
    for (int i : sample) {
      for (String span : gold.get(i)) {
        if (!span.startsWith(field)) continue;
        wanted++;
        if (found.get(i).contains(span)) right++;
      }
      given +=
          Math.toIntExact(found.get(i).stream().filter(span -> span.startsWith(field)).count());
    }
    return Metrics.f1(right, wanted, given);
  }

  private Set<String> extracted(String text, Domain domain) {
    var spans = new HashSet<String>();
    model
        .extractKeyInformation(text, domain, options())
        .fields()
        .forEach((field, values) ->
            values.forEach(value ->
                value
                    .start()
                    .ifPresent(start ->
                        spans.add("%s:%d:%d".formatted(field, start, value.end().orElseThrow())))));
    return spans;
  }

  private static Set<String> marked(ObjectValue row) {
    var spans = new HashSet<String>();
    String text = text(row, "text");
    for (var element : list(row, "spans")) {
      var span = (ObjectValue) element;
      int start = text.offsetByCodePoints(0, Rows.integer(span, "start"));
      int end = text.offsetByCodePoints(0, Rows.integer(span, "end"));
      spans.add("%s:%d:%d".formatted(text(span, "type").replace("!", ""), start, end));
    }
    return spans;
  }

  // ---- reading ----

  private Map<String, Result> reading() {
    var rows = test("reading");
    var answered = rows.stream().filter(row -> !list(row, "answers").isEmpty()).toList();
    var found = each("reading", answered, this::answer);
    var overlap =
        answered.stream()
            .map(row -> WordOverlap.answer(text(row, "question"), text(row, "passage")))
            .toList();
    var results = new LinkedHashMap<String, Result>();
    for (boolean exact : new boolean[] {true, false}) {
      double[] ours = scores(answered, found, exact);
      double[] theirs = scores(answered, overlap, exact);
      String measure = exact ? "exact match" : "F1";
      int[] whole = Metrics.all(answered.size());
      results.put(
          "reading." + (exact ? "exact" : "f1"),
          new Result(
              measure,
              Metrics.mean(whole, ours),
              Interval.of(answered.size(), some -> Metrics.mean(some, ours)),
              answered.size(),
              Map.of("word overlap", Metrics.mean(whole, theirs))));
    }
    var gold = rows.stream().map(row -> list(row, "answers").isEmpty() ? "no" : "yes").toList();
    var said =
        each("reading, in the passage or not", rows, row -> answer(row).isEmpty() ? "no" : "yes");
    results.put(
        "reading.in-passage",
        new Result(
            "macro-F1",
            Metrics.macroF1(Metrics.all(rows.size()), gold, said),
            Interval.of(rows.size(), some -> Metrics.macroF1(some, gold, said)),
            rows.size(),
            Map.of(
                "always yes",
                Metrics.macroF1(
                    Metrics.all(rows.size()), gold, Collections.nCopies(rows.size(), "yes")))));
    return results;
  }

  private String answer(ObjectValue row) {
    Answer answer = model.answerQuestion(text(row, "question"), text(row, "passage"), options());
    return answer.text().orElse("");
  }

  private static double[] scores(List<ObjectValue> rows, List<String> found, boolean exact) {
    var scores = new double[rows.size()];
    for (int i = 0; i < scores.length; i++) {
      String given = found.get(i);
      scores[i] =
          list(rows.get(i), "answers").stream()
              .map(answer -> text((ObjectValue) answer, "text"))
              .mapToDouble(wanted ->
                  exact
                      ? (Words.of(wanted).equals(Words.of(given)) ? 1 : 0)
                      : Metrics.overlap(wanted, given))
              .max()
              .orElse(0);
    }
    return scores;
  }

  // ---- pairs ----

  private Map<String, Result> pairs(String name, List<ObjectValue> rows) {
    double[] found =
        doubles(each(name, rows, row -> model.similarity(text(row, "a"), text(row, "b"))));
    var corpus = new ArrayList<String>(texts(rows, "a"));
    corpus.addAll(texts(rows, "b"));
    var counts = new WordCounts(corpus);
    double[] words =
        doubles(rows.stream().map(row -> counts.cosine(text(row, "a"), text(row, "b"))).toList());
    boolean graded = rows.getFirst().get("score").isPresent();
    double[] scores =
        doubles(rows.stream().map(row -> number(row, graded ? "score" : "label")).toList());
    var same = new boolean[scores.length];
    for (int i = 0; i < same.length; i++) same[i] = scores[i] > 0.5;
    BiFunction<int[], double[], Double> score =
        graded
            ? (some, values) -> Metrics.spearman(some, scores, values)
            : (some, values) -> Metrics.auc(some, same, values);
    int[] whole = Metrics.all(rows.size());
    return Map.of(
        name.startsWith("pairs") ? name : "pairs-" + name.replaceAll("-zh/dev", ""),
        new Result(
            graded ? "Spearman" : "AUC",
            score.apply(whole, found),
            Interval.of(rows.size(), some -> score.apply(some, found)),
            rows.size(),
            Map.of("tf-idf cosine", score.apply(whole, words))));
  }

  private static double number(ObjectValue row, String key) {
    return row.get(key).orElse(null) instanceof NumberValue(var value) ? value.doubleValue() : 0;
  }

  /// Questions, and the passages of all questions: is the right one among the first ten?
  private Map<String, Result> retrieval() {
    var rows = test("reading").stream().filter(row -> !list(row, "answers").isEmpty()).toList();
    var passages = rows.stream().map(row -> text(row, "passage")).distinct().toList();
    var named = new LinkedHashMap<String, String>();
    for (int i = 0; i < passages.size(); i++) {
      named.put(String.valueOf(i), passages.get(i).replaceAll("\\n+", " "));
    }
    var index = new MemoryPassages(named);
    var vectors = each("retrieval, passages", passages, text -> model.embed(text, Level.PARAGRAPH));
    double[] found =
        doubles(
            each(
                "retrieval, questions",
                rows,
                row -> {
                  float[] question = model.embed(text(row, "question"), Level.SENTENCE);
                  double own = dot(question, vectors.get(passages.indexOf(text(row, "passage"))));
                  return vectors.stream().filter(other -> dot(question, other) > own).count() < 10
                      ? 1.0
                      : 0.0;
                }));
    double[] words =
        doubles(
            rows.stream()
                .map(row -> {
                  String own = String.valueOf(passages.indexOf(text(row, "passage")));
                  return index.search(text(row, "question"), 10).stream()
                          .anyMatch(passage -> passage.document().equals(own))
                      ? 1.0
                      : 0.0;
                })
                .toList());
    int[] whole = Metrics.all(rows.size());
    return Map.of(
        "retrieval",
        new Result(
            "recall@10",
            Metrics.mean(whole, found),
            Interval.of(rows.size(), some -> Metrics.mean(some, found)),
            rows.size(),
            Map.of("BM25", Metrics.mean(whole, words))));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
    return sum;
  }

  // ---- rows ----

  private List<ObjectValue> test(String set) {
    return sample(Rows.read(sets.resolve("test").resolve(set + ".jsonl")), "");
  }

  private List<ObjectValue> train(String set) {
    return Rows.read(sets.resolve("train").resolve(set + ".jsonl"));
  }

  /// Returns at most `limit` rows of a source, drawn by a fixed seed.
  private List<ObjectValue> sample(List<ObjectValue> rows, String source) {
    var some =
        new ArrayList<>(rows.stream().filter(row -> text(row, "source").contains(source)).toList());
    Collections.shuffle(some, new Random(1));
    return some.subList(0, Math.min(limit, some.size()));
  }

  private <T, R> List<R> each(String name, List<T> items, Function<T, R> work) {
    long start = System.nanoTime();
    var made = items.stream().map(work).toList();
    progress.accept(
        "%s: %,d texts in %.1f s".formatted(name, items.size(), (System.nanoTime() - start) / 1e9));
    return made;
  }

  private static List<String> texts(List<ObjectValue> rows, String key) {
    return rows.stream().map(row -> text(row, key)).toList();
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static TaskOptions options() {
    return TaskOptions.DEFAULT;
  }
}
