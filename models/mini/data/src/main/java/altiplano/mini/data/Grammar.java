package altiplano.mini.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A context-free grammar that labels what it writes.
///
/// ```
/// == record                              a rule; each line below it is one alternative
/// {sex:sex},{age:age},主诉{symptom:complaint}[伴{symptom:complaint}]。 *3
/// ```
///
/// `{rule}` expands a rule, `{rule:label}` also marks its text, `{rule=name}` remembers it and
/// `{$name}` repeats it, `{18..90}` is a number, `[…]` is there half the time, `(a|b)` is one of
/// several, ` *3` at a line's end is a weight, `\n` and `\t` are a line break and a tab, and a
/// backslash takes any other sign as it is. Lines that start with `# ` are comments.
public final class Grammar {
  private static final int MAX_DEPTH = 60;

  private sealed interface Node {
    record Literal(String text) implements Node {}

    record Sequence(List<Node> parts) implements Node {}

    record Choice(List<Node> options, int[] cumulativeWeights) implements Node {}

    record Optionally(Node part) implements Node {}

    record Range(int from, int to) implements Node {}

    record Rule(String name, Optional<String> label, Optional<String> remember) implements Node {}

    record Recall(String name, Optional<String> label) implements Node {}
  }

  private final String name;
  private final Map<String, Node.Choice> rules = new LinkedHashMap<>();

  private Grammar(String name) {
    this.name = name;
  }

  /// Reads a grammar from this package's resources.
  ///
  /// @param names resource names without `.grammar`; later files may use the rules of earlier ones
  public static Grammar load(String... names) {
    var grammar = new Grammar(String.join("+", names));
    for (String resource : names) {
      try (InputStream in = Grammar.class.getResourceAsStream(resource + ".grammar")) {
        if (in == null) throw new IllegalArgumentException("no grammar named " + resource);
        grammar.read(resource, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    grammar.checkReferences();
    return grammar;
  }

  /// Reads a grammar from text.
  public static Grammar parse(String name, String text) {
    var grammar = new Grammar(name);
    grammar.read(name, text);
    grammar.checkReferences();
    return grammar;
  }

  /// Writes one text.
  ///
  /// @param start a rule's name
  /// @throws IllegalArgumentException if there is no such rule
  public Labelled generate(String start, RandomGenerator random) {
    if (!rules.containsKey(start))
      throw new IllegalArgumentException(name + " has no rule " + start);
    var writer = new Writer(random);
    writer.expand(new Node.Rule(start, Optional.empty(), Optional.empty()), 0);
    return new Labelled(writer.text.toString(), writer.spans);
  }

  /// Returns the number of alternatives of a rule.
  public int alternatives(String rule) {
    Node.Choice choice = rules.get(rule);
    if (choice == null) throw new IllegalArgumentException(name + " has no rule " + rule);
    return choice.options().size();
  }

  /// Expands nodes into a text and its spans.
  private final class Writer {
    private final RandomGenerator random;
    private final StringBuilder text = new StringBuilder();
    private final List<Labelled.Span> spans = new ArrayList<>();
    private final Map<String, String> remembered = new HashMap<>();

    private Writer(RandomGenerator random) {
      this.random = random;
    }

    private void expand(Node node, int depth) {
      if (depth > MAX_DEPTH) throw new IllegalStateException(name + " recurses without end");
      switch (node) {
        case Node.Literal(String literal) -> text.append(literal);
        case Node.Sequence(var parts) -> parts.forEach(part -> expand(part, depth));
        case Node.Optionally(Node part) -> {
          if (random.nextBoolean()) expand(part, depth);
        }
        case Node.Range(int from, int to) -> text.append(random.nextInt(from, to + 1));
        case Node.Choice(var options, int[] weights) -> {
          int drawn = random.nextInt(weights[weights.length - 1]);
          int pick = 0;
          while (weights[pick] <= drawn) pick++;
          expand(options.get(pick), depth);
        }
        case Node.Rule(String rule, var label, var remember) -> {
          int start = text.length();
          Node.Choice choice = rules.get(rule);
          if (choice == null) throw new IllegalStateException(name + " has no rule " + rule);
          expand(choice, depth + 1);
          remember.ifPresent(key -> remembered.put(key, text.substring(start)));
          mark(label, start);
        }
        case Node.Recall(String key, var label) -> {
          int start = text.length();
          String value = remembered.get(key);
          if (value == null)
            throw new IllegalStateException(name + ": {$" + key + "} before {…=" + key + "}");
          text.append(value);
          mark(label, start);
        }
      }
    }

    private void mark(Optional<String> label, int start) {
      if (label.isPresent() && text.length() > start) {
        spans.add(new Labelled.Span(start, text.length(), label.get()));
      }
    }
  }

  private void read(String file, String content) {
    String rule = "";
    var alternatives = new ArrayList<Node>();
    var weights = new ArrayList<Integer>();
    int lineNumber = 0;
    for (String line : content.split("\n", -1)) {
      lineNumber++;
      if (line.isBlank() || line.startsWith("# ") || line.equals("#")) continue;
      try {
        if (line.startsWith("== ")) {
          add(rule, alternatives, weights);
          rule = line.substring(3).strip();
          alternatives.clear();
          weights.clear();
        } else if (rule.isEmpty()) {
          throw new IllegalArgumentException("an alternative before the first rule");
        } else {
          int star = line.lastIndexOf(" *");
          boolean weighted =
              star >= 0 && line.substring(star + 2).chars().allMatch(Character::isDigit);
          weights.add(weighted ? Integer.parseInt(line.substring(star + 2)) : 1);
          alternatives.add(new LineParser(weighted ? line.substring(0, star) : line).all());
        }
      } catch (IllegalArgumentException wrong) {
        throw new IllegalArgumentException(
            "%s.grammar, line %d: %s".formatted(file, lineNumber, wrong.getMessage()), wrong);
      }
    }
    add(rule, alternatives, weights);
  }

  private void add(String rule, List<Node> alternatives, List<Integer> weights) {
    if (rule.isEmpty()) return;
    if (alternatives.isEmpty())
      throw new IllegalArgumentException("rule " + rule + " has no alternative");
    if (rules.containsKey(rule))
      throw new IllegalArgumentException("rule " + rule + " is there twice");
    rules.put(rule, choice(alternatives, weights));
  }

  private static Node.Choice choice(List<Node> options, List<Integer> weights) {
    var cumulative = new int[options.size()];
    int sum = 0;
    for (int i = 0; i < cumulative.length; i++) cumulative[i] = sum += weights.get(i);
    return new Node.Choice(List.copyOf(options), cumulative);
  }

  private void checkReferences() {
    rules.forEach((rule, choice) -> checkReferences(rule, choice));
  }

  private void checkReferences(String rule, Node node) {
    switch (node) {
      case Node.Rule(String target, var label, var remember) -> {
        if (!rules.containsKey(target)) {
          throw new IllegalArgumentException(
              "%s: rule %s uses {%s}, which is not there".formatted(name, rule, target));
        }
      }
      case Node.Sequence(var parts) -> parts.forEach(part -> checkReferences(rule, part));
      case Node.Choice(var options, var weights) ->
          options.forEach(option -> checkReferences(rule, option));
      case Node.Optionally(Node part) -> checkReferences(rule, part);
      case Node.Literal _, Node.Range _, Node.Recall _ -> {}
    }
  }

  /// Parses one alternative.
  private static final class LineParser {
    private final String line;
    private int at;

    private LineParser(String line) {
      this.line = line;
    }

    private Node all() {
      Node node = sequence("");
      if (at < line.length())
        throw new IllegalArgumentException("'" + line.charAt(at) + "' closes nothing");
      return node;
    }

    /// Parses up to one of `closing`, which stays unread.
    private Node sequence(String closing) {
      var parts = new ArrayList<Node>();
      var literal = new StringBuilder();
      while (at < line.length() && closing.indexOf(line.charAt(at)) < 0) {
        char sign = line.charAt(at);
        if ("{[(".indexOf(sign) < 0) {
          if ("}])".indexOf(sign) >= 0) break;
          literal.append(sign == '\\' ? escaped() : sign);
          at++;
          continue;
        }
        if (!literal.isEmpty()) parts.add(new Node.Literal(literal.toString()));
        literal.setLength(0);
        at++;
        parts.add(
            switch (sign) {
              case '{' -> reference();
              case '[' -> {
                Node part = sequence("]");
                close(']');
                yield new Node.Optionally(part);
              }
              default -> options();
            });
      }
      if (!literal.isEmpty()) parts.add(new Node.Literal(literal.toString()));
      return parts.size() == 1 ? parts.getFirst() : new Node.Sequence(List.copyOf(parts));
    }

    private Node options() {
      var options = new ArrayList<Node>();
      options.add(sequence("|)"));
      while (at < line.length() && line.charAt(at) == '|') {
        at++;
        options.add(sequence("|)"));
      }
      close(')');
      return choice(options, options.stream().map(option -> 1).toList());
    }

    private Node reference() {
      int end = line.indexOf('}', at);
      if (end < 0) throw new IllegalArgumentException("'{' without '}'");
      String body = line.substring(at, end);
      at = end + 1;
      int dots = body.indexOf("..");
      if (dots >= 0) {
        return new Node.Range(
            Integer.parseInt(body.substring(0, dots)), Integer.parseInt(body.substring(dots + 2)));
      }
      int colon = body.indexOf(':');
      Optional<String> label =
          colon < 0 ? Optional.empty() : Optional.of(body.substring(colon + 1));
      String target = colon < 0 ? body : body.substring(0, colon);
      if (target.startsWith("$")) return new Node.Recall(target.substring(1), label);
      int equals = target.indexOf('=');
      return equals < 0
          ? new Node.Rule(target, label, Optional.empty())
          : new Node.Rule(
              target.substring(0, equals), label, Optional.of(target.substring(equals + 1)));
    }

    private char escaped() {
      if (++at == line.length())
        throw new IllegalArgumentException("a backslash at the line's end");
      return switch (line.charAt(at)) {
        case 'n' -> '\n';
        case 't' -> '\t';
        default -> line.charAt(at);
      };
    }

    private void close(char sign) {
      if (at >= line.length() || line.charAt(at) != sign)
        throw new IllegalArgumentException("'" + sign + "' is missing");
      at++;
    }
  }
}
