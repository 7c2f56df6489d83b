package altiplano.generation;

import static java.nio.charset.StandardCharsets.UTF_8;

import altiplano.files.Json;
import altiplano.files.Llama3SpecialTokens;
import altiplano.generation.constraint.Automaton;
import altiplano.generation.constraint.CallGrammar;
import altiplano.generation.constraint.GbnfParser;
import altiplano.generation.constraint.Grammar;
import altiplano.generation.constraint.RegexParser;
import altiplano.generation.constraint.SchemaCompiler;
import altiplano.generation.constraint.TokenMasks;
import altiplano.generation.constraint.Vocabulary;
import altiplano.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What a generated text must be: every token is masked that cannot lead to a text that matches.
///
/// ```java
/// var state = Constraint.regex("[0-9]{4}-[0-9]{2}").start(tokenizer);
/// while (!state.complete()) {                     // or until an end id is drawn
///   state.mask(logits);
///   state = state.after(sampler.pick(logits));
/// }
/// ```
///
/// Immutable and thread-safe; one constraint serves any number of sequences and vocabularies.
public final class Constraint {
  private final Form form;

  /// What follows `<|python_tag|>`, where a text may open with it.
  private final @Nullable Form afterTag;

  private Constraint(Grammar grammar) {
    this(new Form(grammar), null);
  }

  private Constraint(Form form, @Nullable Form afterTag) {
    this.form = form;
    this.afterTag = afterTag;
  }

  /// An automaton, and its masks by vocabulary.
  private record Form(Automaton automaton, Map<Vocabulary, TokenMasks> masks) {
    Form(Grammar grammar) {
      this(Automaton.of(grammar), new ConcurrentHashMap<>());
    }

    ConstraintState start(Tokenizer tokenizer) {
      var known =
          masks.computeIfAbsent(Vocabulary.of(tokenizer), v -> new TokenMasks(automaton, v));
      return new ConstraintState(known, known.start());
    }
  }

  /// Any JSON value, without white space.
  public static Constraint json() {
    return new Constraint(SchemaCompiler.anyJson());
  }

  /// JSON that a schema (draft 2020-12) accepts, without white space.
  ///
  /// @throws ConstraintException if the schema uses what is not supported, or accepts nothing; the
  ///   message names the keyword and its place
  public static Constraint jsonSchema(Json schema) {
    return jsonSchema(schema, JsonLayout.COMPACT);
  }

  /// As [#jsonSchema(Json)], with white space as `layout` allows.
  public static Constraint jsonSchema(Json schema, JsonLayout layout) {
    return new Constraint(SchemaCompiler.compile(schema, layout));
  }

  /// Text that as a whole matches a regular expression in RE2's syntax.
  ///
  /// @throws ConstraintException if it is not a regular expression of that syntax
  public static Constraint regex(String pattern) {
    return new Constraint(RegexParser.re2(pattern));
  }

  /// Text that the rule `root` of a GBNF grammar accepts, as llama.cpp reads it.
  ///
  /// @throws ConstraintException if the grammar is broken or left-recursive; the message names the
  ///   line or the rule
  public static Constraint grammar(String gbnf) {
    return new Constraint(GbnfParser.parse(gbnf));
  }

  /// Exactly one of the texts.
  ///
  /// @throws ConstraintException if there is none
  public static Constraint choice(List<String> texts) {
    if (texts.isEmpty()) throw new ConstraintException("a choice needs at least one text");
    return new Constraint(Grammar.choice(texts));
  }

  /// A part of `source` that is not empty, or exactly one of the `others`: an answer that is
  /// quoted, or says that there is none.
  public static Constraint partOf(String source, List<String> others) {
    return new Constraint(Grammar.partOf(source, others));
  }

  /// The call of a tool, in any of the shapes in which Llama 3.1 writes it: its name is one of the
  /// tools', its arguments are what the tool's schema accepts.
  ///
  /// @param orText whether text is allowed instead; one that begins as a call must become one
  static Constraint call(Tools tools, boolean orText) {
    var parameters = tools.parameters();
    var answer = new Form(CallGrammar.answer(parameters, orText));
    if (!tools.isTagged()) return new Constraint(answer, null);
    var afterTag = CallGrammar.afterTag(parameters, tools.builtIn(), tools.runsCode());
    return new Constraint(answer, new Form(afterTag));
  }

  /// Returns the state before the first generated token.
  ///
  /// The first call for a tokenizer sorts its vocabulary; later ones are cheap.
  public ConstraintState start(Tokenizer tokenizer) {
    var start = form.start(tokenizer);
    var tag = tokenizer.specialId(Llama3SpecialTokens.PYTHON_TAG);
    return afterTag == null || tag.isEmpty()
        ? start
        : start.orAfter(tag.getAsInt(), afterTag.start(tokenizer));
  }

  /// Returns whether the whole of `text` matches.
  public boolean accepts(String text) {
    return form.automaton.accepts(text.getBytes(UTF_8));
  }
}
