package altiplano.tasks;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.NumberValue;
import altiplano.files.Json.ObjectValue;
import altiplano.files.Json.TextValue;
import altiplano.tasks.ContractReview.Clause;
import altiplano.tasks.ContractReview.Finding;
import altiplano.tasks.ContractReview.Risk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reviews contracts by rules that are data: `contract-rules.json`.
///
/// Facts are numbers that patterns find in the text. A rule holds conditions over facts
/// (`probationMonths > 1`, `deposit > 0.2*price`), a pattern that must not be `present`, or one
/// that must not be `absent`; with its risk, reason and article of law. Constants are numbers that
/// change from outside, such as `lpr`, the one-year loan prime rate in percent a year, behind the
/// cap on interest; [#with] sets them. `{lpr}` in a reason is the constant's value. Immutable.
public final class ContractRules {
  private static final Pattern CLAUSE =
      Pattern.compile("(?m)^[ \u3000\\t]*(第[零〇一二三四五六七八九十百0-9]+条)[ \u3000\\t:\uff1a]*([^\\n]*)");
  private static final Pattern TITLE = Pattern.compile("[\\p{L}\\p{N}、和与及]{2,12}");
  private static final Pattern TITLE_IN_BRACKETS = Pattern.compile("[【\\[]([^】\\]]{2,20})[】\\]].*");

  private final ObjectValue json;
  private final Map<String, BigDecimal> constants = new LinkedHashMap<>();
  private final Map<String, Pattern> kinds = new LinkedHashMap<>();
  private final List<FactPattern> facts = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();

  /// Numbers that one pattern finds, each with how it is read.
  private record FactPattern(Pattern pattern, Map<String, String> readings) {}

  private record Fact(BigDecimal value, int start, int end) {}

  private record Rule(
      Optional<String> kind,
      List<String> when,
      Optional<Pattern> present,
      Optional<Pattern> absent,
      Risk risk,
      String reason,
      String source) {}

  /// @param set constants that go before those of the rules
  private ContractRules(ObjectValue json, Map<String, BigDecimal> set) {
    this.json = json;
    object(json, "constants")
        .members()
        .forEach((name, value) ->
            constants.put(
                name, value instanceof ObjectValue described ? number(described) : number(value)));
    constants.putAll(set);
    object(json, "kinds").members().forEach((name, value) -> kinds.put(name, pattern(text(value))));
    for (Json fact : array(json, "facts")) {
      var readings = new LinkedHashMap<String, String>();
      object((ObjectValue) fact, "read")
          .members()
          .forEach((name, value) -> readings.put(name, text(value)));
      facts.add(
          new FactPattern(pattern(text((ObjectValue) fact, "pattern").orElseThrow()), readings));
    }
    for (Json rule : array(json, "rules")) rules.add(rule((ObjectValue) rule));
  }

  /// Returns the constants by name.
  public Map<String, BigDecimal> constants() {
    return Collections.unmodifiableMap(constants);
  }

  /// Returns these rules with another value of a constant.
  ///
  /// @throws IllegalArgumentException if the rules have no constant of that name
  public ContractRules with(String constant, BigDecimal value) {
    if (!constants.containsKey(constant)) {
      throw new IllegalArgumentException(
          "the rules have no constant '%s', only %s".formatted(constant, constants.keySet()));
    }
    var set = new HashMap<>(constants);
    set.put(constant, value);
    return new ContractRules(json, set);
  }

  private Rule rule(ObjectValue json) {
    var when = json.get("when").isPresent() ? array(json, "when") : List.<Json>of();
    return new Rule(
        text(json, "kind"),
        when.stream().map(ContractRules::text).toList(),
        text(json, "present").map(ContractRules::pattern),
        text(json, "absent").map(ContractRules::pattern),
        Risk.valueOf(text(json, "risk").orElseThrow().toUpperCase(Locale.ROOT)),
        withConstants(text(json, "reason").orElseThrow()),
        text(json, "source").orElseThrow());
  }

  private String withConstants(String reason) {
    String filled = reason;
    for (var constant : constants.entrySet()) {
      filled = filled.replace("{" + constant.getKey() + "}", constant.getValue().toPlainString());
    }
    return filled;
  }

  /// Returns the rules that come with the program.
  public static ContractRules standard() {
    try (InputStream stream = ContractRules.class.getResourceAsStream("contract-rules.json")) {
      if (stream == null) throw new IllegalStateException("contract-rules.json is missing");
      return parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Reads rules in the form of the program's own.
  public static ContractRules parse(String json) {
    if (Json.parse(json) instanceof ObjectValue object) return new ContractRules(object, Map.of());
    throw new IllegalArgumentException("contract rules are a JSON object");
  }

  /// Finds a contract's clauses and what the rules say of it.
  public ContractReview review(String contract) {
    var clauses = clauses(contract);
    var known = facts(contract);
    var findings = new ArrayList<Finding>();
    for (Rule rule : rules) {
      boolean applies =
          rule.kind.isEmpty()
              || Optional.ofNullable(kinds.get(rule.kind.get()))
                  .filter(kind -> kind.matcher(contract).find())
                  .isPresent();
      if (applies) apply(rule, contract, known, clauses, findings);
    }
    return new ContractReview(clauses, findings, Optional.empty());
  }

  /// Returns the clauses of a contract: each from its number to the next.
  public static List<Clause> clauses(String contract) {
    var clauses = new ArrayList<Clause>();
    Matcher next = CLAUSE.matcher(contract);
    boolean more = next.find();
    while (more) {
      int start = next.start(1);
      String number = next.group(1);
      Optional<String> title = title(next.group(2).strip());
      more = next.find();
      int end = more ? next.start() : contract.length();
      while (end > start && Character.isWhitespace(contract.charAt(end - 1))) end--;
      clauses.add(new Clause(number, title, start, end));
    }
    return clauses;
  }

  private static Optional<String> title(String line) {
    Matcher bracketed = TITLE_IN_BRACKETS.matcher(line);
    if (bracketed.matches()) return Optional.of(bracketed.group(1));
    return TITLE.matcher(line).matches() ? Optional.of(line) : Optional.empty();
  }

  private Map<String, List<Fact>> facts(String contract) {
    var known = new HashMap<String, List<Fact>>();
    for (FactPattern fact : facts) {
      for (Matcher match = fact.pattern.matcher(contract); match.find(); ) {
        fact.readings.forEach((name, reading) ->
            value(match, name, reading)
                .ifPresent(value ->
                    known
                        .computeIfAbsent(name, _ -> new ArrayList<>())
                        .add(new Fact(value, match.start(), match.end()))));
      }
    }
    return known;
  }

  /// Returns whether two texts give different numbers for the same thing.
  boolean contradict(String one, String other) {
    var known = facts(one);
    return facts(other).entrySet().stream()
        .anyMatch(fact -> {
          var values = known.getOrDefault(fact.getKey(), List.of());
          return !values.isEmpty()
              && values.stream()
                  .noneMatch(value -> value.value.compareTo(fact.getValue().getFirst().value) == 0);
        });
  }

  /// Reads a group of a match: a number, or a number with the group `NAMEunit` after it.
  private static Optional<BigDecimal> value(Matcher match, String name, String reading) {
    String written = match.group(name);
    if (written == null) return Optional.empty();
    Optional<BigDecimal> number = ChineseNumber.parse(written);
    return switch (reading) {
      case "number" -> number;
      case "months" -> number.map(value -> value.multiply(months(match.group(name + "unit"))));
      case "percentAYear" ->
          number.map(value -> value.multiply(periodsAYear(match.group(name + "unit"))));
      default -> throw new IllegalArgumentException("facts are not read as " + reading);
    };
  }

  private static BigDecimal months(String unit) {
    return unit.equals("年") ? BigDecimal.valueOf(12) : BigDecimal.ONE;
  }

  private static BigDecimal periodsAYear(String unit) {
    return switch (unit) {
      case "月" -> BigDecimal.valueOf(12);
      case "日" -> BigDecimal.valueOf(365);
      default -> BigDecimal.ONE;
    };
  }

  private void apply(
      Rule rule,
      String contract,
      Map<String, List<Fact>> known,
      List<Clause> clauses,
      List<Finding> findings) {
    if (!rule.when.isEmpty()) {
      var first = known.getOrDefault(name(rule.when.getFirst()), List.of());
      for (int i = 0; i < first.size(); i++) {
        int index = i;
        if (rule.when.stream().allMatch(condition -> holds(condition, known, index))) {
          findings.add(finding(rule, clauses, first.get(i).start, first.get(i).end));
        }
      }
    }
    if (rule.present.isPresent()) {
      for (Matcher match = rule.present.get().matcher(contract); match.find(); ) {
        findings.add(finding(rule, clauses, match.start(), match.end()));
      }
    }
    if (rule.absent.isPresent() && !rule.absent.get().matcher(contract).find()) {
      findings.add(
          new Finding(
              Optional.empty(),
              rule.risk,
              rule.reason,
              rule.source,
              OptionalInt.empty(),
              OptionalInt.empty()));
    }
  }

  private static Finding finding(Rule rule, List<Clause> clauses, int start, int end) {
    Optional<String> clause =
        clauses.stream()
            .filter(one -> one.start() <= start && start < one.end())
            .map(Clause::number)
            .findFirst();
    return new Finding(
        clause, rule.risk, rule.reason, rule.source, OptionalInt.of(start), OptionalInt.of(end));
  }

  private static String name(String condition) {
    return condition.substring(0, condition.indexOf(' '));
  }

  /// Returns whether a condition such as `deposit > 0.2*price` holds; not if a fact is unknown.
  private boolean holds(String condition, Map<String, List<Fact>> known, int index) {
    String[] parts = condition.split(" ", -1);
    if (parts.length != 3) throw new IllegalArgumentException("no condition: " + condition);
    var left = operand(parts[0], known, index);
    var right = operand(parts[2], known, index);
    if (left.isEmpty() || right.isEmpty()) return false;
    int order = left.get().compareTo(right.get());
    return switch (parts[1]) {
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case "!=" -> order != 0;
      default -> throw new IllegalArgumentException("no comparison: " + condition);
    };
  }

  private Optional<BigDecimal> operand(String text, Map<String, List<Fact>> known, int index) {
    var product = Optional.of(BigDecimal.ONE);
    for (String factor : text.split("\\*", -1)) {
      product = product.flatMap(so -> factor(factor, known, index).map(so::multiply));
    }
    return product;
  }

  private Optional<BigDecimal> factor(String text, Map<String, List<Fact>> known, int index) {
    if (Character.isDigit(text.charAt(0))) return Optional.of(new BigDecimal(text));
    BigDecimal constant = constants.get(text);
    if (constant != null) return Optional.of(constant);
    var values = known.getOrDefault(text, List.of());
    if (values.isEmpty()) return Optional.empty();
    return Optional.of(values.get(index < values.size() ? index : 0).value);
  }

  private static Pattern pattern(String text) {
    return Pattern.compile(
        text.replace("#", "[0-9,\uff0c.]+[万亿]?|[零〇一二两三四五六七八九十百千万亿]+"), Pattern.MULTILINE);
  }

  private static ObjectValue object(ObjectValue json, String key) {
    if (json.members().get(key) instanceof ObjectValue object) return object;
    throw new IllegalArgumentException("contract rules: '%s' is not an object".formatted(key));
  }

  private static List<Json> array(ObjectValue json, String key) {
    if (json.members().get(key) instanceof ArrayValue(var elements)) return elements;
    throw new IllegalArgumentException("contract rules: '%s' is not an array".formatted(key));
  }

  private static Optional<String> text(ObjectValue json, String key) {
    return json.get(key).map(ContractRules::text);
  }

  private static String text(Json json) {
    if (json instanceof TextValue(String text)) return text;
    throw new IllegalArgumentException("contract rules: not a text: " + json.write());
  }

  private static BigDecimal number(ObjectValue described) {
    return described
        .get("value")
        .map(ContractRules::number)
        .orElseThrow(
            () -> new IllegalArgumentException("contract rules: no value in " + described.write()));
  }

  private static BigDecimal number(Json json) {
    if (json instanceof NumberValue(BigDecimal value)) return value;
    throw new IllegalArgumentException("contract rules: not a number: " + json.write());
  }
}
