package altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.files.Json.ArrayValue;
import altiplano.files.Json.ObjectValue;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The ways in which `run` chooses, bounds and tells a text.
final class RunTextTest {
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--typical-p=0.5",
        "--top-n-sigma=0.5",
        "--xtc-chance=1 --xtc-threshold=0.01",
        "--mirostat=1",
        "--dynamic-temperature=2,3",
        "--frequency-penalty=5",
        "--presence-penalty=5 --penalty-window=30",
        "--repetition-penalty=2",
        "--dry=5 --dry-allowed-length=1 --dry-base=2 --dry-window=100 --dry-breaker=x",
        "--logit-bias=432=-Infinity",
        "--min-p=0.5",
        "--top-k=1",
      })
  void every_step_of_the_sampler_changes_the_text_and_can_be_repeated(String options) {
    String command = "--seed=3 --top-p=1 " + options;
    if (!options.startsWith("--dynamic")) command += " --temperature=1";
    String text = generate(command);
    assertThat(text).isNotEqualTo(generate("--seed=3 --top-p=1 --temperature=1"));
    assertThat(generate(command)).isEqualTo(text);
  }

  private static String generate(String options) {
    var command = new ArrayList<>(List.of("run", stories(), ONCE, "--quiet"));
    command.add("--max-tokens=120");
    command.addAll(List.of(options.strip().split(" ", -1)));
    var run = CliRun.of(command.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    return run.out();
  }

  @Test
  void the_order_of_the_steps_matters_and_what_is_left_out_is_off() {
    String steps = "--seed=1 --temperature=3 --top-p=0.8 --top-k=0 ";
    assertThat(generate(steps + "--sampler-order=temperature,top-p"))
        .isNotEqualTo(generate(steps + "--sampler-order=top-p,temperature"))
        .isEqualTo(generate(steps));
    var left = CliRun.of("run", stories(), ONCE, "--top-k=3", "--sampler-order=temperature");
    assertThat(left.exitCode()).isEqualTo(2);
    assertThat(left.err())
        .contains("--sampler-order leaves out 'top-k', for which a value is given");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --mirostat=5 --temperature=0 | --mirostat draws tokens
          --dynamic-temperature=1      | two numbers
          --typical-p=2                | typical-p is from 0 to 1
          --n=0                        | --n is at least 1
          --beams=2 --n=3              | --n is at most the number of --beams
          --beams=0                    | --n is at most
          --regex=a --choice=b         | mutually exclusive
          --logprobs=-2                | --logprobs is 0 or more
          --sampler-order=dry,dry      | names a step twice
          """)
  void impossible_settings_are_wrong_use(String options, String message) {
    var command = new ArrayList<>(List.of("run", "no-such.gguf", "x"));
    command.addAll(List.of(options.strip().split(" ", -1)));
    var run = CliRun.of(command.toArray(String[]::new));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void guesses_change_nothing_and_their_gain_is_told() {
    String[] plain = {"run", stories(), ONCE, "--temperature=0", "--max-tokens=150"};
    var without = CliRun.of(plain);
    for (String way : List.of("--speculate=lookup", "--speculate=" + stories())) {
      var with = CliRun.of(append(plain, way));
      assertThat(with.out()).isEqualTo(without.out());
      assertThat(with.err())
          .containsPattern("[0-9]+ of [0-9]+ guesses were right: [1-9]\\.[0-9]{2}");
    }
    var json = object(CliRun.of(append(plain, "--speculate=lookup", "--json")).out());
    assertThat(json.get("guessed_tokens")).isPresent();
    assertThat(CliRun.of(append(plain, "--speculate=off")).err()).doesNotContain("guesses");
    var unlike =
        CliRun.of(
            "run",
            Shared.path("fixtures/tiny-f32.gguf").toString(),
            "x",
            "--raw",
            "--speculate=no-such.gguf");
    assertThat(unlike.exitCode()).isEqualTo(1);
  }

  private static String[] append(String[] command, String... more) {
    var all = new ArrayList<>(List.of(command));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void beams_find_the_best_texts_and_never_draw() {
    String[] command = {
      "run", stories(), ONCE, "--beams=4", "--n=2", "--max-tokens=12", "--json", "--logprobs=1"
    };
    var run = CliRun.of(command);
    assertThat(run.out().lines().distinct()).hasSize(2);
    assertThat(CliRun.of(command).out()).isEqualTo(run.out());
    var told =
        (ArrayValue)
            object(run.out().lines().findFirst().orElseThrow()).get("logprobs").orElseThrow();
    assertThat(told.elements()).isNotEmpty();
  }

  @Test
  void a_full_context_ends_the_text_or_shifts_and_says_so() {
    String[] command = {
      "run", stories(), ONCE, "--temperature=0", "--context=32", "--max-tokens=60", "--json"
    };
    var ends = object(CliRun.of(command).out());
    assertThat(ends.get("finish")).contains(Json.of("length"));
    assertThat(ends.get("generated_tokens")).contains(Json.of(28));
    var run = CliRun.of(append(command, "--context-shift"));
    assertThat(object(run.out()).get("generated_tokens")).contains(Json.of(60));
    assertThat(object(run.out()).get("dropped_tokens")).isPresent();
    assertThat(run.err()).containsPattern("the context was full: [0-9]+ tokens were dropped");
    var refused = CliRun.of("run", stories(), "word ".repeat(60), "--context=32");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("exceed the context of 32");
  }

  @Test
  void a_prompt_cache_is_kept_and_checked_against_the_model() throws IOException {
    Path file = folder.resolve("prompts");
    String[] command = {
      "run",
      stories(),
      ONCE + ", there was",
      "--temperature=0",
      "--max-tokens=5",
      "--json",
      "--prompt-cache=" + file
    };
    var first = object(CliRun.of(command).out());
    assertThat(first.get("cached_tokens")).contains(Json.of(0));
    var second = object(CliRun.of(command).out());
    assertThat(second.get("text")).isEqualTo(first.get("text"));
    assertThat(second.get("cached_tokens")).isNotEqualTo(first.get("cached_tokens"));
    var other = CliRun.of("run", tiny(), "x", "--raw", "--prompt-cache=" + file);
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains(file + ": it is of another model");
    Files.writeString(file, "not a cache");
    assertThat(CliRun.of(command).err()).contains(file.toString());
  }

  @Test
  void all_completions_are_told_before_one_that_was_cut_fails() {
    var run =
        CliRun.of("run", tiny(), "x", "--raw", "--regex", "[ab]{50}", "--max-tokens", "5", "--n=2");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out().lines()).hasSize(2);
  }

  @Test
  void logits_are_those_of_unrounded_keys_and_values_unless_asked_for() {
    String[] command = {
      "logits",
      tiny(),
      "--tokens",
      "1 40 300 7 19 250 33 99 4 21",
      "--activations=float32",
      "--json"
    };
    String plain = CliRun.of(command).out();
    assertThat(plain).isEqualTo(CliRun.of(append(command, "--cache=float32")).out());
    assertThat(plain).isNotEqualTo(CliRun.of(append(command, "--cache=float16")).out());
  }

  @Test
  void an_echo_in_json_tells_the_prompts_log_probabilities() {
    var run =
        CliRun.of("run", stories(), ONCE, "--json", "--echo", "--logprobs=2", "--max-tokens=1");
    var told = (ArrayValue) object(run.out()).get("prompt_logprobs").orElseThrow();
    assertThat(told.elements()).hasSize(4);
    assertThat(((ObjectValue) told.elements().getFirst()).members())
        .containsEntry("id", Json.of(403))
        .containsKeys("logprob", "top");
  }
}
