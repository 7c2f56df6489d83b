package altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectValue;
import altiplano.testing.Shared;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands over the fixtures' small models.
final class CommandsTest {
  private static final String ONCE = "Once upon a time";

  @TempDir private Path folder;

  private static String stories() {
    return Shared.path("fixtures/stories260K-f32.gguf").toString();
  }

  private static String tiny() {
    return Shared.path("fixtures/tiny-f32.gguf").toString();
  }

  private static ObjectValue object(String line) {
    return (ObjectValue) Json.parse(line);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void run_tells_a_story_on_standard_output_and_figures_on_the_other() {
    var run = CliRun.of("run", stories(), ONCE, "--temperature", "0", "--max-tokens", "12");
    assertThat(run.out()).isEqualTo(", there was a little girl named Lily. She");
    assertThat(run.err()).contains("takes", "5 prompt tokens", "12 tokens");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void echo_prints_the_prompt_first_and_quiet_says_nothing_else() {
    var run =
        CliRun.of("run", stories(), ONCE, "--echo", "--quiet", "--temperature=0", "--max-tokens=4");
    assertThat(run.out()).isEqualTo("Once upon a time, there was a");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void several_completions_of_a_seed_differ_and_can_be_repeated() {
    String[] command = {
      "run", stories(), ONCE, "--json", "--n=3", "--seed=7", "--top-p=1", "--max-tokens=20"
    };
    var first = CliRun.of(command);
    assertThat(first.out().lines().distinct()).hasSize(3);
    assertThat(CliRun.of(command).out()).isEqualTo(first.out());
  }

  @Test
  void a_stop_text_ends_the_completion_and_is_no_part_of_it() {
    var run = CliRun.of("run", stories(), ONCE, "--json", "--temperature=0", "--stop", "Lily");
    assertThat(object(run.out()).get("finish")).contains(Json.of("stop"));
    assertThat(object(run.out()).get("text")).contains(Json.of(", there was a little girl named "));
  }

  @Test
  void a_prompt_on_standard_input_loses_its_last_line_break() {
    var piped =
        CliRun.withInput(ONCE + "\n", "run", stories(), "-", "--temperature=0", "--max-tokens=4");
    assertThat(piped.out()).isEqualTo(", there was a");
  }

  @Test
  void a_constrained_text_that_is_cut_fails_with_the_text_so_far_on_standard_output() {
    var cut = CliRun.of("run", tiny(), "x", "--raw", "--regex", "[ab]{50}", "--max-tokens", "5");
    assertThat(cut.exitCode()).isEqualTo(1);
    assertThat(cut.out()).matches("[ab]{5,}");
    assertThat(cut.err().lines().toList().getLast())
        .isEqualTo(
            "altiplano: the text was cut at 5 tokens before it had the form asked for."
                + " Raise --max-tokens.");
  }

  @Test
  void a_wrong_value_is_wrong_use_before_any_model_is_opened() {
    var run = CliRun.of("run", "no-such.gguf", "x", "--temperature", "-1");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "altiplano: run: temperature is above 0, not -1.0."
                + " Run 'altiplano run --help' for its use.\n");
  }

  @Test
  void a_missing_model_is_named() {
    var run = CliRun.of("run", "no-such.gguf", "x");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "altiplano: no-such.gguf: not found. Give a GGUF file, a Hugging Face folder, a name in"
                + " the store or mini.\n");
  }

  @Test
  void a_broken_model_is_one_line_and_a_trace_only_with_verbose() {
    String bad = Shared.path("fixtures/bad/bad-magic.gguf").toString();
    var run = CliRun.of("inspect", bad);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("altiplano: " + bad + ": ").hasLineCount(1);
    assertThat(CliRun.of("inspect", bad, "--verbose").err())
        .contains("\tat altiplano.files")
        .endsWith(run.err());
  }

  @Test
  void logits_tell_the_best_token_of_each_place_and_the_top_of_the_last() {
    var run = CliRun.of("logits", tiny(), "--tokens", "1 40 300", "--json");
    var positions = (ArrayValue) object(run.out()).get("positions").orElseThrow();
    assertThat(positions.elements()).hasSize(3);
    assertThat(((ObjectValue) positions.elements().getFirst()).get("argmax"))
        .contains(Json.of(340));
    assertThat(((ObjectValue) positions.elements().getLast()).get("next_logprob")).isEmpty();
    assertThat(((ArrayValue) object(run.out()).get("last_top").orElseThrow()).elements())
        .hasSize(10);
  }

  @Test
  void tokenize_and_decode_are_inverse_byte_for_byte() {
    String vocabulary = Shared.path("llama3/tokenizer.model").toString();
    String text = " 你好,\tworld 👍🏽\n\n";
    var ids = CliRun.withInput(text, "tokenize", vocabulary);
    assertThat(CliRun.withInput(ids.out(), "tokenize", vocabulary, "--decode").out())
        .isEqualTo(text);
    var json = CliRun.withInput("你好", "tokenize", vocabulary, "--json", "--bos");
    assertThat(json.out()).isEqualTo("{\"ids\":[128000,57668,53901]}\n");
    assertThat(CliRun.withInput("[57668, 53901]", "tokenize", vocabulary, "--decode").out())
        .isEqualTo("你好");
  }

  @Test
  void special_tokens_stay_text_unless_asked_for() {
    String vocabulary = Shared.path("llama3/tokenizer.model").toString();
    assertThat(CliRun.withInput("<|eot_id|>", "tokenize", vocabulary).out())
        .doesNotContain("128009");
    assertThat(CliRun.withInput("<|eot_id|>", "tokenize", vocabulary, "--special").out())
        .isEqualTo("128009\n");
    assertThat(
            CliRun.withInput("57668 53901 128009", "tokenize", vocabulary, "--decode", "--special")
                .out())
        .isEqualTo("你好<|eot_id|>");
  }

  @Test
  void embeddings_have_length_one_and_come_in_the_order_of_the_input() throws IOException {
    Path rows = file("rows.csv", "id,text\n1,\"很好,非常满意。\"\n2,太差了。\n");
    var run = CliRun.of("embed", tiny(), "--input", rows.toString(), "--json", "--quiet");
    assertThat(run.out().lines()).hasSize(2);
    for (String line : run.out().lines().toList()) {
      double squares =
          ((ArrayValue) object(line).get("embedding").orElseThrow())
              .elements().stream()
                  .mapToDouble(x -> ((Json.NumberValue) x).value().doubleValue())
                  .map(x -> x * x)
                  .sum();
      assertThat(squares).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-5));
    }
  }

  @Test
  void perplexity_in_windows_scores_every_token_once() throws IOException {
    Path text = file("story.txt", "Once upon a time, there was a little girl. ".repeat(4));
    var whole = CliRun.of("perplexity", stories(), "--input", text.toString(), "--json");
    var windows =
        CliRun.of(
            "perplexity",
            stories(),
            "--input",
            text.toString(),
            "--json",
            "--context=32",
            "--stride=8");
    assertThat(object(whole.out()).get("tokens")).isEqualTo(object(windows.out()).get("tokens"));
    assertThat(object(whole.out()).members().keySet())
        .containsExactly(
            "tokens", "nats_per_token", "standard_error", "perplexity", "bits_per_byte");
  }

  @Test
  void inspect_draws_the_architecture_and_counts_parameters_without_rotary_factors() {
    var text = CliRun.of("inspect", tiny()).out();
    assertThat(text)
        .contains("8 query heads over 2 key-value heads of 32", "SwiGLU", "1,082,624 parameters");
    assertThat(object(CliRun.of("inspect", tiny(), "--json").out()).get("parameters"))
        .contains(Json.of(1_082_624));
  }

  @Test
  void attention_becomes_a_page_that_needs_nothing_else() throws IOException {
    Path page = folder.resolve("attention.html");
    String[] command = {
      "inspect", stories(), "--attention", "</script> a", "--html", page.toString()
    };
    assertThat(CliRun.of(command).exitCode()).isZero();
    String html = Files.readString(page);
    assertThat(html).contains("\"layers\":5", "\"heads\":8").doesNotContain("http");
    assertThat(html.split("</script>", -1)).hasSize(3);
    assertThat(CliRun.of("inspect", stories(), "--attention", "a").exitCode()).isEqualTo(2);
  }

  @Test
  void chat_through_a_pipe_answers_a_line_by_a_line() {
    var run =
        CliRun.withInput(
            "Once\n\nupon a time\n", "chat", stories(), "--temperature=0", "--max-tokens=3");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines()).hasSize(2);
  }

  @Test
  void bench_measures_both_tests_on_a_model() {
    var run = CliRun.of("bench", stories(), "--json", "--repetitions=1", "--quiet");
    assertThat(run.out()).contains("\"test\":\"pp512\"", "\"test\":\"tg128\"", "\"median\":");
    assertThat(CliRun.of("bench").exitCode()).isEqualTo(2);
  }

  @Test
  void doctor_names_the_engine_and_why() {
    assertThat(object(CliRun.of("doctor", "--json").out()).members().keySet())
        .contains("java", "processor", "engine", "reason", "advice");
    assertThat(CliRun.of("doctor", "--engine=scalar").out()).contains("engine     scalar");
  }

  @Test
  void a_reader_that_has_had_enough_is_no_failure_and_a_full_disk_is() {
    assertThat(exitCodeWritingTo("Broken pipe")).isZero();
    assertThat(exitCodeWritingTo("No space left on device")).isEqualTo(1);
  }

  private static int exitCodeWritingTo(String failure) {
    var failing =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(failure);
          }
        };
    var streams =
        new Streams(
            InputStream.nullInputStream(),
            new Output("standard output", failing),
            new Output("standard error", OutputStream.nullOutputStream()),
            false);
    return Main.run(streams, "doctor");
  }

  @Test
  void input_rows_come_from_text_json_lines_tables_and_folders() throws IOException {
    assertThat(texts(file("a.txt", "one\ntwo\n"))).containsExactly("one", "two");
    assertThat(texts(file("a.jsonl", "{\"text\":\"一\"}\n\n{\"text\":\"二\"}\n")))
        .containsExactly("一", "二");
    assertThat(texts(file("a.csv", "\uFEFFtext,x\r\n\"a \"\"b\"\"\nc\",1\r\n")))
        .containsExactly("a \"b\"\nc");
    Path many = Files.createDirectory(folder.resolve("many"));
    Files.writeString(many.resolve("1.txt"), "first");
    Files.writeString(many.resolve("2.txt"), "second");
    assertThat(texts(many)).containsExactly("first", "second");
  }

  @Test
  void an_input_that_is_not_utf8_says_how_to_convert_it() throws IOException {
    Path gb = Files.write(folder.resolve("gb.txt"), "你好".getBytes(Charset.forName("GB18030")));
    var run = CliRun.of("embed", tiny(), "--input", gb.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(gb + ": not UTF-8 text. Convert it, as with iconv");
  }

  private static List<String> texts(Path input) {
    return Inputs.rows(input.toString(), Streams.nowhere()).stream()
        .map(row -> row.field("text"))
        .toList();
  }
}
