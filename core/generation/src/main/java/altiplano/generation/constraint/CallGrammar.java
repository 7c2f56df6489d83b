package altiplano.generation.constraint;

import static altiplano.generation.constraint.Expression.sequence;
import static altiplano.generation.constraint.Expression.text;
import static java.util.stream.Collectors.groupingBy;

import altiplano.files.Json;
import altiplano.generation.JsonLayout;
import altiplano.generation.constraint.Expression.Call;
import altiplano.generation.constraint.Expression.Characters;
import altiplano.generation.constraint.Expression.Choice;
import altiplano.generation.constraint.Expression.Machine;
import altiplano.generation.constraint.SchemaCompiler.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The texts by which Llama 3.1 calls tools, arguments bound by the tools' schemas.
public final class CallGrammar {
  /// Beginnings of a text, white space left out, after which it must be a call.
  private static final List<String> OPENINGS =
      List.of("{\"name\"", "{\"parameters\"", "{\"type\"", "<function=");

  private static final Characters SPACE = new Characters(CodePoints.of(" \t\n\r"));

  private final Rules rules = new Rules();
  private final List<Expression> objects = new ArrayList<>();
  private final List<Expression> tagged = new ArrayList<>();

  /// @param parameters the schema of each tool's arguments by the tool's name
  private CallGrammar(Map<String, Json> parameters) {
    parameters.forEach((name, schema) -> {
      var compiler = new SchemaCompiler(schema, JsonLayout.FREE, rules, name + ": ");
      rules.byName().put("parameters of " + name, compiler.value(schema, "#"));
      var arguments = new Call("parameters of " + name);
      objects.add(object(name, arguments, compiler.punctuation()));
      tagged.add(sequence(text("<function=" + name + ">"), arguments, text("</function>")));
    });
  }

  /// Returns the grammar of an answer that did not open with `<|python_tag|>`: a JSON object, a
  /// function tag, or any text that does not begin as one of these.
  ///
  /// @param text whether text is allowed
  public static Grammar answer(Map<String, Json> parameters, boolean text) {
    var grammar = new CallGrammar(parameters);
    var options = new ArrayList<>(grammar.objects);
    options.addAll(grammar.tagged);
    if (text) options.add(new Machine(otherText()));
    return grammar.of(options);
  }

  /// Returns the grammar of what follows `<|python_tag|>`: a JSON object, `name.call(query="…")`,
  /// or any source text.
  ///
  /// @param builtIn the model's own tools
  /// @param code whether source text is allowed
  public static Grammar afterTag(Map<String, Json> parameters, List<String> builtIn, boolean code) {
    var grammar = new CallGrammar(parameters);
    var options = new ArrayList<>(grammar.objects);
    for (String name : builtIn) {
      options.add(sequence(text(name + ".call(query=\""), quotedText(), text("\")")));
    }
    if (code) options.add(new Characters(CodePoints.ALL).anyTimes());
    return grammar.of(options);
  }

  private Grammar of(List<Expression> options) {
    rules.byName().put("", new Choice(options));
    return new Grammar(rules.byName(), "");
  }

  /// `{"name": NAME, "parameters": …}`, perhaps with `"type": "function"` before.
  private static Expression object(String name, Expression arguments, Punctuation marks) {
    var type = sequence(text("\"type\""), marks.colon(), text("\"function\""), marks.comma());
    return sequence(
        text("{"),
        marks.gap(),
        type.optional(),
        text("\"name\""),
        marks.colon(),
        text("\"" + name + "\""),
        marks.comma(),
        text("\"parameters\""),
        marks.colon(),
        arguments,
        marks.gap(),
        text("}"));
  }

  private static Expression quotedText() {
    var plain = new Characters(CodePoints.ALL.minus(CodePoints.of("\"\\\n")));
    var escaped = sequence(text("\\"), new Characters(CodePoints.of("\"\\n")));
    return new Choice(List.of(plain, escaped)).anyTimes();
  }

  /// Returns the texts that do not begin as a call.
  private static Nfa otherText() {
    var nfa = new Nfa();
    int start = nfa.newState();
    int other = nfa.newState();
    nfa.add(Nfa.START, SPACE.anyTimes(), start);
    nfa.add(other, new Characters(CodePoints.ALL), other);
    nfa.add(other, Expression.empty(), Nfa.ACCEPT);
    leave(nfa, start, other, OPENINGS, 0);
    return nfa;
  }

  /// Adds the ways to leave `openings`, which are equal in their first `length` characters, and to
  /// end within them.
  private static void leave(Nfa nfa, int at, int other, List<String> openings, int length) {
    nfa.add(at, Expression.empty(), Nfa.ACCEPT);
    var next =
        openings.stream()
            .filter(opening -> opening.length() > length)
            .collect(groupingBy(opening -> opening.charAt(length)));
    var known = CodePoints.union(next.keySet().stream().map(c -> CodePoints.of((int) c)).toList());
    boolean afterBrace = length == 1 && openings.getFirst().startsWith("{");
    var spared = length == 0 || afterBrace ? known.or(SPACE.set()) : known;
    nfa.add(at, new Characters(spared.not()), other);
    if (afterBrace) nfa.add(at, SPACE, at);
    next.forEach((c, longer) -> {
      if (longer.stream().anyMatch(opening -> opening.length() == length + 1)) return;
      int state = nfa.newState();
      nfa.add(at, new Characters(CodePoints.of((int) c)), state);
      leave(nfa, state, other, longer, length + 1);
    });
  }
}
