package altiplano.tasks;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import altiplano.generation.Completion;
import altiplano.generation.Constraint;
import altiplano.generation.Finish;
import altiplano.generation.GenerationOptions;
import altiplano.generation.JsonSchema;
import altiplano.model.Head;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds key information in texts.
///
/// By a head that labels tokens if the model has one (`extract.medical` and so on); else the model
/// writes JSON whose values can only be quotations of the text.
final class Extractor {
  private static final int MOST_VALUES = 8;
  private static final int ANSWER_TOKENS = 512;

  /// A JSON string, and the colon after it if it is a name.
  private static final Pattern STRING = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"(:?)");

  private final ModelRunner runner;
  private final LabelScorer scorer;
  private final HeadReader heads;

  Extractor(ModelRunner runner, LabelScorer scorer, HeadReader heads) {
    this.runner = runner;
    this.scorer = scorer;
    this.heads = heads;
  }

  /// Returns the domain of a text, by the head `domain` if the model has one.
  Domain domain(String text, PromptTemplates prompts, Deadline deadline) {
    Optional<Head> head = heads.find("domain", Head.Kind.CLASSIFICATION);
    if (head.isPresent()) {
      String label = heads.classify(head.get(), "", text, deadline).best();
      return SentimentTask.constant(Domain.class, label, head.get());
    }
    var words = new LinkedHashMap<Domain, String>();
    for (Domain domain : Domain.values()) {
      words.put(domain, prompts.template("domain." + domain.name().toLowerCase(Locale.ROOT)));
    }
    return scorer
        .score(text, window -> prompts.fill("domain", Map.of("text", window)), words, deadline)
        .best();
  }

  KeyInformation extract(String text, Domain domain, PromptTemplates prompts, Deadline deadline) {
    String name = "extract." + domain.name().toLowerCase(Locale.ROOT);
    Optional<Head> head = heads.find(name, Head.Kind.TOKEN_LABELS);
    return head.isPresent()
        ? byHead(text, domain, head.get(), deadline)
        : byPrompt(text, domain, prompts, name, deadline);
  }

  private KeyInformation byHead(String text, Domain domain, Head head, Deadline deadline) {
    var fields = empty(domain);
    int at = 0;
    for (String window : runner.windows(text, runner.model().contextLength())) {
      deadline.check();
      int offset = at;
      TokenLabels.spans(heads.encoder(), head, runner.model().tokenizer(), window)
          .forEach((field, spans) -> {
            var values = fields.get(field);
            if (values != null) spans.forEach(span -> values.add(moved(span, offset)));
          });
      at += window.length();
    }
    return new KeyInformation(domain, fields, new Usage(runner.count(text), 0, deadline.elapsed()));
  }

  private static Span moved(Span span, int by) {
    return new Span(
        span.value(),
        OptionalInt.of(span.start().orElseThrow() + by),
        OptionalInt.of(span.end().orElseThrow() + by),
        span.alignment(),
        span.negated());
  }

  private static Map<String, List<Span>> empty(Domain domain) {
    var fields = new LinkedHashMap<String, List<Span>>();
    for (String field : domain.fields()) fields.put(field, new ArrayList<>());
    return fields;
  }

  private KeyInformation byPrompt(
      String text, Domain domain, PromptTemplates prompts, String name, Deadline deadline) {
    var fields = empty(domain);
    var finders = new LinkedHashMap<String, SpanFinder>();
    int answer = Math.min(ANSWER_TOKENS, runner.model().contextLength() / 2);
    int room = runner.room(prompts.fill(name, Map.of("text", "")), answer);
    var usage = Usage.NONE;
    for (String window : runner.windows(text, room)) {
      if (window.isBlank()) continue;
      var constraint = Constraint.jsonSchema(schema(domain, window));
      var options = GenerationOptions.GREEDY.withMaxTokens(answer).withConstraint(constraint);
      int[] prompt = runner.prompt(prompts.fill(name, Map.of("text", window)));
      Completion completion = runner.complete(prompt, options, deadline);
      quotations(completion.text())
          .forEach((field, values) -> {
            var finder = finders.computeIfAbsent(field, _ -> new SpanFinder(text));
            var spans = fields.computeIfAbsent(field, _ -> new ArrayList<>());
            for (String value : values) spans.add(finder.find(value));
          });
      usage = usage.plus(usage(completion));
    }
    return new KeyInformation(domain, fields, usage);
  }

  static Usage usage(Completion completion) {
    return new Usage(
        completion.promptTokens(),
        completion.tokens().size(),
        completion.promptTime().plus(completion.generationTime()));
  }

  private static Json schema(Domain domain, String text) {
    var value = Json.object().put("type", "string").put("x-part-of", text).end();
    var values =
        Json.object().put("type", "array").put("items", value).put("maxItems", MOST_VALUES).end();
    var properties = Json.object();
    for (String field : domain.fields()) properties.put(field, values);
    return Json.object()
        .put("type", "object")
        .put("properties", properties.end())
        .put("required", new ArrayValue(domain.fields().stream().map(Json::of).toList()))
        .put("additionalProperties", false)
        .end();
  }

  /// Returns the values of each field, also of an answer that was cut: then those that are whole.
  private static Map<String, List<String>> quotations(String json) {
    var fields = new LinkedHashMap<String, List<String>>();
    List<String> values = new ArrayList<>();
    for (Matcher string = STRING.matcher(json); string.find(); ) {
      String text = ((TextValue) Json.parse("\"" + string.group(1) + "\"")).value();
      if (string.group(2).isEmpty()) values.add(text);
      else values = fields.computeIfAbsent(text, _ -> new ArrayList<>());
    }
    return fields;
  }

  <T> Extraction<T> extract(
      String text, JsonSchema<T> schema, PromptTemplates prompts, Deadline deadline) {
    var question =
        new LinkedHashMap<String, String>(Map.of("schema", schema.json().write(), "text", ""));
    int answer = Math.min(ANSWER_TOKENS, runner.model().contextLength() / 2);
    int room = runner.room(prompts.fill("extract.record", question), answer);
    if (room < 1) {
      throw new IncompleteAnswerException(
          "the record's schema leaves no room for a text in a context of %,d tokens. Use a smaller"
                  .formatted(runner.model().contextLength())
              + " record or a larger context.");
    }
    var options =
        GenerationOptions.GREEDY.withMaxTokens(answer).withConstraint(schema.constraint());
    var usage = Usage.NONE;
    Optional<Json> merged = Optional.empty();
    for (String window : runner.windows(text, room)) {
      question.put("text", window);
      int[] prompt = runner.prompt(prompts.fill("extract.record", question));
      Completion completion = runner.complete(prompt, options, deadline);
      if (completion.finish() == Finish.LENGTH) {
        throw new IncompleteAnswerException(
            "the record is not whole after %,d tokens: '%s'. Use a smaller record or a larger"
                    .formatted(completion.tokens().size(), completion.text())
                + " context.");
      }
      usage = usage.plus(usage(completion));
      Json json = Json.parse(completion.text());
      merged = Optional.of(merged.map(so -> RecordMerge.of(text, so, json)).orElse(json));
    }
    var finder = new SpanFinder(text);
    Json json = merged.orElseThrow();
    var spans = texts(json).stream().map(finder::find).toList();
    return new Extraction<>(schema.read(json), spans, usage);
  }

  private static List<String> texts(Json json) {
    return switch (json) {
      case TextValue(String text) -> List.of(text);
      case ArrayValue(var elements) ->
          elements.stream().flatMap(element -> texts(element).stream()).toList();
      case ObjectValue(var members) ->
          members.values().stream().flatMap(member -> texts(member).stream()).toList();
      case Json.NumberValue _, Json.BoolValue _, Json.NullValue _ -> List.of();
    };
  }
}
