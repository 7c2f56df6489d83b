package altiplano.generation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.Json;
import altiplano.files.Llama3SpecialTokens;
import altiplano.model.ContextLengthException;
import altiplano.model.LlamaModel;
import altiplano.testing.Shared;
import altiplano.tokenizer.Answer;
import altiplano.tokenizer.Answer.BuiltInCall;
import altiplano.tokenizer.Answer.Code;
import altiplano.tokenizer.Answer.FunctionCall;
import altiplano.tokenizer.ChatFormat;
import altiplano.tokenizer.Message;
import altiplano.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls of tools with a model of random weights that knows Llama 3's special tokens.
@TestInstance(Lifecycle.PER_CLASS)
class ToolsTest {
  enum Unit {
    metre,
    foot
  }

  record Lake(String name, Unit unit) {}

  private static final Tool DEPTH =
      Tool.of(
          "lake_depth", "Depth of a lake", Lake.class, lake -> lake.name + ": 281 " + lake.unit);
  private static final Tools OWN = Tools.of(DEPTH);
  private static final Tools ALL = new Tools(List.of(DEPTH), List.of("brave_search"), false);

  private LlamaModel model;
  private Tokenizer tokenizer;
  private ChatFormat format;

  @BeforeAll
  void openModel() {
    model = LlamaModel.open(Shared.path("fixtures/tiny-f32.gguf"));
    tokenizer = model.tokenizer();
    format = ChatFormat.of(tokenizer).orElseThrow();
  }

  @AfterAll
  void closeModel() {
    if (model != null) model.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"name": "lake_depth", "parameters": {"name": "Titicaca", "unit": "metre"}} | true | call
          {"type": "function", "name": "lake_depth", "parameters": {"name": "T", "unit": "foot"}} | true | call
          {"name":"lake_depth","parameters":{"name":"T","unit":"foot"}} | true | call
          <function=lake_depth>{"name": "T", "unit": "foot"}</function> | true | call
          {"name": "lake_depth", "parameters": {"name": "T", "unit": "mile"}} | false | call
          {"name": "sea_depth", "parameters": {"name": "T", "unit": "foot"}} | false | call
          <function=sea_depth>{"name": "T", "unit": "foot"}</function> | false | call
          {"name": "lake_depth" | false | call
          Lake Titicaca is 281 metres deep. | true | text
          {"depth": 281} | true | text
          { "depth": 281} | true | text
          {} | true | text
          <b>281</b> | true | text
          <functional> | true | text
          """)
  void an_answer_is_a_call_that_fits_or_text(String answer, boolean allowed, String kind) {
    assertThat(OWN.callOrText().accepts(answer)).isEqualTo(allowed);
    assertThat(OWN.call().accepts(answer)).isEqualTo(allowed && kind.equals("call"));
    var read = format.read(tokenizer.encode(answer)).content();
    if (allowed) assertThat(read instanceof FunctionCall).isEqualTo(kind.equals("call"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"function\", \"name\": \"lake_depth\", \"parameters\": {\"name\": \"T\","
            + " \"unit\": \"foot\"}}",
        "brave_search.call(query=\"depth of \\\"Titicaca\\\"\")"
      })
  void after_the_python_tag_comes_a_call(String call) {
    var state = ALL.callOrText().start(tokenizer);
    int tag = tokenizer.specialId(Llama3SpecialTokens.PYTHON_TAG).orElseThrow();
    float[] logits = new float[tokenizer.size()];
    state.mask(logits);
    assertThat(logits[tag]).isZero();
    state = state.after(tag);
    for (int id : tokenizer.encode(call)) {
      Arrays.fill(logits, 0);
      state.mask(logits);
      assertThat(logits[tag]).isNegative();
      assertThat(logits[id]).isZero();
      state = state.after(id);
    }
    assertThat(state.complete()).isTrue();
    var ids = new ArrayList<Integer>(List.of(tag));
    for (int id : tokenizer.encode(call)) ids.add(id);
    var read = format.read(ids.stream().mapToInt(i -> i).toArray()).content();
    assertThat(read).isInstanceOfAny(FunctionCall.class, BuiltInCall.class);
  }

  @Test
  void the_python_tag_comes_first_or_never() {
    int tag = tokenizer.specialId(Llama3SpecialTokens.PYTHON_TAG).orElseThrow();
    assertThat(OWN.callOrText().start(tokenizer).allows(tag)).isFalse();
    var state = ALL.callOrText().start(tokenizer).after(tokenizer.encode("T")[0]);
    assertThat(state.allows(tag)).isFalse();
  }

  @Test
  void source_text_is_allowed_where_an_interpreter_runs_it() {
    int tag = tokenizer.specialId(Llama3SpecialTokens.PYTHON_TAG).orElseThrow();
    var python = new Tools(List.of(), List.of(), true);
    for (var tools : List.of(ALL, python)) {
      var state = tools.callOrText().start(tokenizer).after(tag);
      boolean all = true;
      for (int id : tokenizer.encode("print(2**10)")) {
        all &= state.allows(id);
        if (all) state = state.after(id);
      }
      assertThat(all && state.complete()).isEqualTo(tools.equals(python));
    }
    int[] ids = tokenizer.encode("print(2**10)");
    int[] answer = new int[ids.length + 1];
    answer[0] = tag;
    System.arraycopy(ids, 0, answer, 1, ids.length);
    assertThat(format.read(answer).content()).isEqualTo(new Code("print(2**10)"));
  }

  @Test
  void two_schemas_with_references_do_not_mix() {
    var first = schema("string");
    var second = schema("integer");
    var tools = Tools.of(new Tool("one", "", first, _ -> ""), new Tool("two", "", second, _ -> ""));
    var form = tools.call();
    assertThat(form.accepts("{\"name\": \"one\", \"parameters\": {\"a\": \"x\"}}")).isTrue();
    assertThat(form.accepts("{\"name\": \"two\", \"parameters\": {\"a\": 1}}")).isTrue();
    assertThat(form.accepts("{\"name\": \"one\", \"parameters\": {\"a\": 1}}")).isFalse();
    assertThat(form.accepts("{\"name\": \"two\", \"parameters\": {\"a\": \"x\"}}")).isFalse();
  }

  private static Json schema(String type) {
    return Json.parse(
        """
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}, "required": ["a"],
         "$defs": {"x": {"type": "%s"}}}\
        """
            .formatted(type));
  }

  @Test
  void calls_are_made_and_their_results_go_back_as_ipython() {
    var calls = new ArrayList<Lake>();
    var tool =
        Tool.of(
            "d",
            "Depth",
            Lake.class,
            lake -> {
              calls.add(lake);
              return "281 " + lake.unit;
            });
    var tools = Tools.of(tool);
    var shown = new StringBuilder();
    try (var dialogue = new Dialogue(model, format, "Be brief.", tools)) {
      // A model of random weights calls on and on: the last call comes back.
      var options =
          GenerationOptions.GREEDY
              .withSampler(withoutSpace())
              .withSeed(5)
              .withMaxTokens(90)
              .withConstraint(fixed().call());
      var answer = dialogue.say("How deep?", options, shown::append);
      assertThat(answer.content()).isInstanceOf(FunctionCall.class);
      assertThat(calls).hasSize(8).allMatch(lake -> lake.name.equals("T"));
      assertThat(shown).isEmpty();
      var messages = dialogue.messages();
      assertThat(messages.get(0)).isEqualTo(Message.system("Be brief."));
      assertThat(messages.get(1).content()).contains("\"d\"", "Depth").endsWith("How deep?");
      assertThat(messages.get(2).content()).contains("\"T\"");
      assertThat(messages.get(3).role()).isEqualTo(Message.Role.TOOL);
      assertThat(messages.get(3).content()).startsWith("281 ");
      int[] ids = format.encode(messages.subList(3, 4));
      assertThat(tokenizer.decode(ids)).startsWith("ipython\n\n281 ");

      // Words end the turn, and the listing is not told again.
      var words = options.withConstraint(Constraint.choice(List.of("281 metres")));
      var said = dialogue.say("In metres?", words, shown::append);
      assertThat(said.content()).isEqualTo(new Answer.Text("281 metres"));
      assertThat(shown.toString()).isEqualTo("281 metres");
      assertThat(dialogue.messages().get(messages.size() - 2))
          .isEqualTo(Message.user("In metres?"));
    }
  }

  /// The same call as the tool's own constraint allows, with one name: random weights write no end
  /// to a free string.
  private static Tools fixed() {
    var schema =
        Json.parse(
            """
            {"type": "object", "properties": {"name": {"const": "T"}, "unit": {"enum": ["metre",
             "foot"]}}, "required": ["name", "unit"]}\
            """);
    return Tools.of(new Tool("d", "Depth", schema, _ -> ""));
  }

  private Sampler withoutSpace() {
    Map<Integer, Float> biases = new HashMap<>();
    for (int id = 0; id < tokenizer.size(); id++) {
      byte[] bytes = tokenizer.bytes(id);
      if (bytes.length > 0 && new String(bytes, ISO_8859_1).isBlank()) biases.put(id, -1e9f);
    }
    return Sampler.of(1, 0, 1, 0).after(new SamplerStep.LogitBias(biases));
  }

  @Test
  void a_conversation_that_is_too_long_stays_as_it_was() {
    try (var dialogue = new Dialogue(model, format, "", OWN)) {
      String endless = "word ".repeat(model.contextLength());
      assertThatThrownBy(() -> dialogue.say(endless, GenerationOptions.GREEDY, _ -> {}))
          .isInstanceOf(ContextLengthException.class);
      assertThat(dialogue.messages()).isEmpty();
    }
  }

  @Test
  void what_does_not_fit_is_told_to_the_model() {
    assertThat(OWN.run(new FunctionCall("other", Json.object().end())))
        .isEqualTo("error: there is no function 'other'");
    assertThat(OWN.run(new FunctionCall("lake_depth", Json.object().end()))).startsWith("error: ");
    assertThatThrownBy(() -> new Tool("lake depth", "", Json.of(true), _ -> ""))
        .hasMessage("a tool's name is 1 to 64 letters, digits, '_' or '-', not 'lake depth'");
    assertThatThrownBy(() -> Tools.of(DEPTH, DEPTH)).hasMessage("two tools have the same name");
    assertThatThrownBy(() -> new Tools(List.of(), List.of("google"), false))
        .hasMessageStartingWith("Llama 3.1 knows brave_search and wolfram_alpha, not 'google'.");
  }
}
