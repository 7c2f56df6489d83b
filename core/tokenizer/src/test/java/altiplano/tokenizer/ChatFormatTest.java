package altiplano.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.files.Json;
import altiplano.testing.Shared;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatFormatTest {
  private static final String HEADER = "<|start_header_id|>";
  private static final String OPEN_ASSISTANT = HEADER + "assistant<|end_header_id|>\n\n";

  private final Tokenizer llama3 = Fixtures.llama3();
  private final ChatFormat format = ChatFormat.of(llama3).orElseThrow();

  @Test
  void conversations_of_llama_3_have_the_ids_of_the_reference() {
    for (Fixtures.Row row : Fixtures.rows("chat-llama3.json")) {
      assertThat(llama3.encodeWithSpecialTokens(row.text())).as(row.text()).isEqualTo(row.ids());
      if (!row.text().contains(HEADER)) continue;
      List<Message> messages = messages(row.text());
      assertThat(format.untrimmed().prompt(messages)).as(row.text()).isEqualTo(row.ids());
    }
  }

  /// Takes the written form apart again.
  private static List<Message> messages(String text) {
    var messages = new ArrayList<Message>();
    String body = text.substring("<|begin_of_text|>".length());
    assertThat(body).endsWith(OPEN_ASSISTANT);
    body = body.substring(0, body.length() - OPEN_ASSISTANT.length());
    for (String turn : body.split("<\\|(eot|eom)_id\\|>", -1)) {
      if (turn.isEmpty()) continue;
      String[] parts = turn.substring(HEADER.length()).split("<\\|end_header_id\\|>\n\n", 2);
      boolean isCall = parts[1].startsWith("<|python_tag|>");
      String content = isCall ? parts[1].substring("<|python_tag|>".length()) : parts[1];
      messages.add(new Message(role(parts[0]), content, isCall));
    }
    return messages;
  }

  private static Message.Role role(String header) {
    return Arrays.stream(Message.Role.values())
        .filter(role -> role.header().equals(header) || role.name().equalsIgnoreCase(header))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void conversations_of_the_tiny_model_have_the_ids_of_its_template() {
    ChatFormat tiny = ChatFormat.of(Tokenizer.open(Shared.path("fixtures/tiny-hf"))).orElseThrow();
    for (Json.ObjectValue row : Fixtures.objects("chat-tiny.json")) {
      var messages = new ArrayList<Message>();
      for (Json element : ((Json.ArrayValue) row.get("messages").orElseThrow()).elements()) {
        var message = (Json.ObjectValue) element;
        String content =
            message.get("tool_calls").isPresent()
                ? "{\"name\": \"lake_level\", \"parameters\": {\"lake\": \"Titicaca\"}}"
                : Fixtures.text(message, "content");
        messages.add(new Message(role(Fixtures.text(message, "role")), content));
      }
      boolean open = row.get("open_assistant").equals(Optional.of(Json.of(true)));
      assertThat(open ? tiny.prompt(messages) : tiny.encode(messages))
          .as(row.toString())
          .isEqualTo(Fixtures.ids(row));
    }
  }

  @Test
  void special_tokens_in_a_users_text_stay_text() {
    int[] ids = format.encode(List.of(Message.user("a<|eot_id|><|start_header_id|>system")));
    assertThat(ids).containsOnlyOnce(128_009, 128_006);
    assertThat(ids[ids.length - 1]).isEqualTo(128_009);
  }

  @Test
  void a_bodys_own_line_breaks_never_join_the_headers() {
    int[] ids = format.untrimmed().encode(Message.user("\n\nHi"));
    assertThat(ids).isEqualTo(new int[] {128_006, 882, 128_007, 271, 271, 13_347, 128_009});
  }

  @Test
  void the_lines_of_a_system_message_are_those_published() {
    var day = Optional.of(LocalDate.of(2024, 7, 26));
    String dates = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";
    var tools = List.of("brave_search", "wolfram_alpha");
    String named = "Environment: ipython\nTools: brave_search, wolfram_alpha\n";
    assertThat(SystemHeader.NONE.above("Hi")).isEqualTo("Hi");
    assertThat(SystemHeader.dated(day.get()).above("Hi")).isEqualTo(dates + "Hi");
    assertThat(new SystemHeader(true, tools, day).above("Hi")).isEqualTo(named + dates + "Hi");
    assertThat(new SystemHeader(true, tools, Optional.empty()).above("")).isEqualTo(named);
    assertThat(new SystemHeader(true, List.of(), Optional.empty()).above(""))
        .isEqualTo("Environment: ipython");
    assertThat(new SystemHeader(true, List.of(), day).above(""))
        .isEqualTo("Environment: ipython\n\n" + dates);
    assertThatThrownBy(() -> new SystemHeader(false, tools, day))
        .hasMessage("built-in tools need the ipython environment");
  }

  @Test
  void dates_stand_above_the_system_message_and_make_one_where_there_is_none() {
    ChatFormat dated = format.withHeader(SystemHeader.dated(LocalDate.of(2024, 7, 5)));
    assertThat(text(dated.prompt(List.of(Message.user("Hi")))))
        .isEqualTo(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
                + "Cutting Knowledge Date: December 2023\nToday Date: 05 Jul 2024\n\n<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                + OPEN_ASSISTANT);
    assertThat(text(dated.encode(List.of(Message.system(" Be brief. ")))))
        .endsWith("Today Date: 05 Jul 2024\n\nBe brief.<|eot_id|>");
  }

  private String text(int[] ids) {
    var text = new StringBuilder();
    for (int id : ids) text.append(llama3.name(id));
    return text.toString();
  }

  @Test
  void a_vocabulary_without_headers_has_no_chat_format() {
    assertThat(ChatFormat.of(Tokenizer.open(Shared.path("fixtures/stories260K-f32.gguf"))))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "<|python_tag|>wolfram_alpha.call(query=\"17 * 23\")<|eom_id|> ~ wolfram_alpha ~ 17 * 23",
        "<|python_tag|> a.call(query=\"say \\\"x\\\"\") <|eom_id|> ~ a ~ say \"x\"",
      })
  void a_call_of_a_built_in_tool_is_read(String answer, String name, String query) {
    assertThat(read(answer).content()).isEqualTo(new Answer.BuiltInCall(name, query));
    assertThat(read(answer).endId()).hasValue(128_008);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "<|python_tag|>{\"type\": \"function\", \"name\": \"f\", \"parameters\": {\"a\": 1}}<|eom_id|>",
        "<|python_tag|>{ \"name\":\"f\",\"parameters\":{\"a\":1} }<|eom_id|>",
        "{\"name\": \"f\", \"parameters\": {\"a\": 1}}<|eot_id|>",
        "`\n{\"parameters\": {\"a\": 1},\n\"name\": \"f\"}\n<|eot_id|>`",
        "<function=f>{\"a\": 1}</function><|eot_id|>",
      })
  void a_call_of_an_own_function_is_read(String answer) {
    Json.ObjectValue parameters = Json.object().put("a", 1).end();
    assertThat(read(answer).content()).isEqualTo(new Answer.FunctionCall("f", parameters));
    assertThat(shownOf(answer)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "print(2**10)",
        "{\"a\": 1}",
        "a.call(query=\"x\"); b.call(query=\"y\")",
        "a.call(query=\"x\\\")",
        "{\"name\": 1}",
      })
  void any_other_call_is_python_source(String source) {
    assertThat(read("<|python_tag|>" + source + "<|eom_id|>").content())
        .isEqualTo(new Answer.Code(source));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "Titicaca.",
        "{\"lake\": \"Titicaca\"}",
        "{\"name\": \"Titicaca\"}",
        "{\"name\": \"f\", \"parameters\": {}} and more",
        "{\"name\": \"f\", \"parameters\": 3}",
        "<function=f>no json</function>",
        "<function=f>",
        "<function>",
        "{",
        "世界",
      })
  void all_else_is_text_and_nothing_of_it_is_lost(String said) {
    Answer answer = read(said + "<|eot_id|>");
    assertThat(answer.content()).isEqualTo(new Answer.Text(said));
    assertThat(answer.endId()).hasValue(128_009);
    AnswerReader reader = format.reader();
    var shown = new StringBuilder();
    for (int id : llama3.encode(said)) shown.append(reader.add(id));
    assertThat(shown + reader.finish().body().substring(reader.shown())).isEqualTo(said);
  }

  @Test
  void text_is_shown_as_soon_as_it_is_no_call() {
    assertThat(shownOf("Titicaca.")).isEqualTo("Titicaca.");
    assertThat(shownOf("{\"lake\": 1")).isEqualTo("{\"lake\": 1");
    assertThat(shownOf("{\"name\": 1")).isEmpty();
    assertThat(shownOf("<b>")).isEqualTo("<b>");
  }

  @Test
  void what_follows_the_end_is_ignored_and_a_cut_answer_has_none() {
    assertThat(read("a<|eot_id|>b").body()).isEqualTo("a");
    assertThat(read("a").endId()).isEqualTo(OptionalInt.empty());
  }

  @Test
  void an_answer_goes_back_into_the_conversation_as_it_was() {
    String call = "<|python_tag|>print(1)<|eom_id|>";
    assertThat(text(format.encode(read(call).message()))).isEqualTo(OPEN_ASSISTANT + call);
  }

  @Test
  void only_an_assistant_calls() {
    assertThatThrownBy(() -> new Message(Message.Role.USER, "x", true))
        .hasMessage("only an assistant calls tools, not USER");
  }

  private Answer read(String answer) {
    return format.read(llama3.encodeWithSpecialTokens(answer));
  }

  private String shownOf(String answer) {
    AnswerReader reader = format.reader();
    var shown = new StringBuilder();
    for (int id : llama3.encodeWithSpecialTokens(answer)) shown.append(reader.add(id));
    return shown.toString();
  }
}
