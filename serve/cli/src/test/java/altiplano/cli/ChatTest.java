package altiplano.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.files.Json.ObjectValue;
import altiplano.testing.Shared;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Chats through a pipe, and what is typed.
final class ChatTest {
  @TempDir private Path folder;

  private static String stories() {
    return Shared.path("fixtures/stories260K-f32.gguf").toString();
  }

  private static String tiny() {
    return Shared.path("fixtures/tiny-f32.gguf").toString();
  }

  /// A chat with a model of random weights that answers yes or no.
  private static CliRun chat(String input, String... options) {
    var command =
        new ArrayList<>(List.of("chat", tiny(), "--choice=yes", "--choice=no", "--seed=1"));
    command.addAll(List.of(options));
    return CliRun.withInput(input, command.toArray(String[]::new));
  }

  @Test
  void a_line_gives_a_reply_and_no_control_codes() {
    var run = chat("Hello\n\nAre you there?\n");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines()).hasSize(2).allMatch(line -> line.matches("yes|no"));
    assertThat(run.out() + run.err()).doesNotContain("\u001b", "\r");
    assertThat(run.err()).contains("a second", "context ");
  }

  @Test
  void json_is_a_line_a_reply() {
    var run = chat("Hello\nBye\n", "--json", "--logprobs=2");
    assertThat(run.out().lines())
        .hasSize(2)
        .allSatisfy(line ->
            assertThat(((ObjectValue) Json.parse(line)).members())
                .containsKeys("text", "tokens", "finish", "logprobs"));
  }

  @Test
  void commands_change_the_conversation_and_leave_standard_output_alone() throws IOException {
    Path file = folder.resolve("talk.json");
    var run =
        chat(
            """
            /system Be brief.
            Hello
            And now?
            /undo
            /tokens
            /save FILE
            /load FILE
            /regenerate
            /set temperature 0.5
            /set
            /help
            /exit
            never said
            """
                .replace("FILE", file.toString()));
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.err())
        .contains("undone: And now?", " tokens", "saved: " + file, "loaded: 3 messages")
        .contains("--seed=1 --temperature=0.5", "/regenerate");
    assertThat(Files.readString(file))
        .contains("\"Be brief.\"", "\"Hello\"")
        .doesNotContain("now?");
  }

  @Test
  void what_is_no_command_is_said_where_nobody_types() {
    var run = chat("/etc/passwd is what?\n//help me\n");
    assertThat(run.out().lines()).hasSize(2);
    var failed = chat("/set colour red\n");
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err()).contains("/set: ");
  }

  @Test
  void a_conversation_that_is_too_long_is_refused_or_forgets_its_oldest_turns() {
    String turns = "A turn of some length.\n".repeat(8);
    var refused = chat(turns, "--context=128");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("tokens exceed the context of 128");
    var shifted = chat(turns, "--context=128", "--context-shift", "--max-tokens=4");
    assertThat(shifted.exitCode()).isZero();
    assertThat(shifted.out().lines()).hasSize(8);
    assertThat(shifted.err()).contains("the context is full: the oldest");
  }

  @Test
  void several_replies_a_turn_are_wrong_use() {
    assertThat(CliRun.of("chat", stories(), "--n=2").exitCode()).isEqualTo(2);
  }

  @Test
  void a_reply_that_was_cut_before_it_had_its_form_fails() {
    var run =
        CliRun.withInput("x\n", "chat", tiny(), "--regex=[ab]{50}", "--max-tokens=5", "--seed=1");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).matches("[ab]{5,}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      textBlock =
          """
          Hello                        | Hello
          two\\~lines                  | two~lines
          \"""~several~lines~\"""      | several~lines
          \"""one\"""                  | one
          """)
  void a_turn_is_typed_in_one_line_or_several(String typed, String turn) throws IOException {
    for (boolean dumb : new boolean[] {true, false}) {
      var out = new ByteArrayOutputStream();
      var keys = (typed.replace("~", dumb ? "\n" : "\r") + (dumb ? "\n" : "\r")).getBytes(UTF_8);
      try (var lines = lines(terminal(dumb, keys, out))) {
        assertThat(lines.next()).contains(turn.replace("~", "\n"));
        assertThat(lines.next()).isEmpty();
      }
    }
  }

  private static TerminalLines lines(Terminal terminal) {
    return new TerminalLines(terminal, Optional.empty(), Chat.commands(), () -> {});
  }

  private static Terminal terminal(boolean dumb, byte[] keys, ByteArrayOutputStream out)
      throws IOException {
    var in = new ByteArrayInputStream(keys);
    return dumb ? new DumbTerminal(in, out) : new ExternalTerminal("test", "xterm", in, out, UTF_8);
  }

  @Test
  void a_command_is_completed_and_history_is_kept() throws IOException {
    Path history = folder.resolve("home").resolve("history");
    var out = new ByteArrayOutputStream();
    try (var lines =
        new TerminalLines(
            terminal(false, "/tok\t\rHello\r".getBytes(UTF_8), out),
            Optional.of(history),
            Chat.commands(),
            () -> {})) {
      assertThat(lines.next().map(String::strip)).contains("/tokens");
      assertThat(lines.next()).contains("Hello");
    }
    assertThat(Files.readString(history)).contains("/tokens", "Hello");
    // Ctrl-P, as the arrow up, brings the last turn back.
    try (var lines =
        new TerminalLines(
            terminal(false, "\u0010\r".getBytes(UTF_8), out),
            Optional.of(history),
            Chat.commands(),
            () -> {})) {
      assertThat(lines.next()).contains("Hello");
    }
  }
}
