package altiplano.corpus.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import altiplano.corpus.steps.Step;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeReaderTest {
  private static final String RECIPE =
      """
      output: out
      licence: shippable
      sources:
        - name: a
          files: [a.txt]
          licence: CC0
          shippable: true
        - name: b
          files: [b.txt]
          licence: research only
          shippable: false
      steps:
        - normalise
        - near-duplicates: {similarity: 0.9}
      """;

  @TempDir Path folder;

  @Test
  void a_recipe_is_read_with_defaults() throws IOException {
    Recipe recipe = read(RECIPE, Map.of());
    assertThat(recipe.steps())
        .containsExactly(new Step.UnicodeNormalisation(), new Step.NearDuplicates(0.9, 5));
    assertThat(recipe.included()).extracting(Recipe.Source::name).containsExactly("a");
    assertThat(recipe.packing()).isEqualTo(new Recipe.Packing(512, 16_000_000));
  }

  @Test
  void a_setting_replaces_a_value() throws IOException {
    Recipe recipe = read(RECIPE, Map.of("packing.length", "1024", "licence", "any"));
    assertThat(recipe.packing().length()).isEqualTo(1024);
    assertThat(recipe.included()).hasSize(2);
  }

  @Test
  void an_unknown_key_is_named_with_line_and_suggestion() {
    assertThatThrownBy(() -> read(RECIPE + "epoch: 2\n", Map.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            folder.resolve("r.yaml")
                + ": unknown key 'epoch' in the recipe (line 15). Did you mean 'epochs'?");
  }

  @Test
  void an_unknown_step_is_named_with_line_and_suggestion() {
    assertThatThrownBy(() -> read(RECIPE.replace("- normalise", "- normalize"), Map.of()))
        .hasMessage(
            folder.resolve("r.yaml")
                + ": unknown step 'normalize' (line 13). Did you mean 'normalise'?");
  }

  @Test
  void a_wrong_value_is_named_with_line_and_range() {
    assertThatThrownBy(() -> read(RECIPE.replace("0.9", "1.9"), Map.of()))
        .hasMessage(
            folder.resolve("r.yaml")
                + ": 'similarity' is '1.9' (line 14). Give a number from 0.5 to 1.0.");
    assertThatThrownBy(
            () -> read(RECIPE.replace("licence: shippable", "licence: shipable"), Map.of()))
        .hasMessage(
            folder.resolve("r.yaml")
                + ": 'shipable' is no value of 'licence' (line 2). Did you mean 'shippable'?");
  }

  /// Each case: what is put in place of what, and the end of the message.
  static List<Arguments> faults() {
    return List.of(
        arguments("licence: CC0", "license: CC0", "a source has no 'licence' (line 4). Add it."),
        arguments(
            "    shippable: true",
            "    shippable: yes",
            "'yes' is no value of 'shippable' (line 7). Known are false, true."),
        arguments(
            "    shippable: true",
            "    shippable: true\n    repet: 2",
            "unknown key 'repet' in a source (line 8). Did you mean 'repeat'?"),
        arguments(
            "    shippable: true",
            "    shippable: true\n    repeat: often",
            "'repeat' is 'often' (line 8). Give a number from 0.0 to 1000.0."),
        arguments(
            "    shippable: true",
            "    shippable: true\n    share: 1.5",
            "'share' is '1.5' (line 8). Give a number from 0.0 to 1.0."),
        arguments(
            "[a.txt]",
            "a.txt",
            "'files' is no list (line 5). Write '- ' before each of its elements."),
        arguments(
            "[a.txt]", "[]", "'files' is an empty list (line 5). Write one element at least."),
        arguments("name: b", "name: a", "two sources named 'a' (line 8). Rename one."),
        arguments(
            "- normalise",
            "- near-duplicates",
            "the step 'near-duplicates' for a second time (line 14). Remove one."),
        arguments(
            "- normalise",
            "- normalise: {form: nfc}",
            "unknown key 'form' in step normalise (line 13). Remove it: there are no settings here."),
        arguments(
            "- normalise",
            "- language: {keep: [zh, klingon]}",
            "'klingon' is no language (line 13). Write codes of ISO 639-1, such as zh or en."),
        arguments(
            "- normalise",
            "- language: {keep: zh}",
            "'keep' is no list (line 13). Write '- ' before each of its elements."),
        arguments(
            "- normalise",
            "- [normalise]",
            "a step that is neither a name nor a name with settings (line 13). Write '- name' or '- name: {…}'."),
        arguments(
            "- normalise",
            "- contamination",
            "step contamination has no 'against' (line 13). Add it."),
        arguments(
            "- normalise",
            "- contamination: {against: [{files: [t.jsonl]}]}",
            "a test set has no 'fields' (line 13). Add it."),
        arguments(
            "- normalise",
            "- contamination: {against: [{files: [t], fields: [x], were: y}]}",
            "unknown key 'were' in a test set (line 13). Did you mean 'where'?"),
        arguments(
            "similarity:",
            "similarty:",
            "unknown key 'similarty' in step near-duplicates (line 14). Did you mean 'similarity'?"),
        arguments(
            "steps:",
            "split: {test: 0.5, validation: 0.5}\nsteps:",
            "'validation' and 'test' together take all documents (line 12). Leave some for training."),
        arguments(
            "steps:",
            "split: {tests: 0.5}\nsteps:",
            "unknown key 'tests' in split (line 12). Did you mean 'test'?"),
        arguments(
            "steps:",
            "vocabulary: {sise: 500}\nsteps:",
            "unknown key 'sise' in vocabulary (line 12). Did you mean 'size'?"),
        arguments(
            "steps:",
            "vocabulary: {size: 12.5}\nsteps:",
            "'size' is '12.5' (line 12). Give a whole number from 300 to 1048576."),
        arguments(
            "steps:",
            "packing: {lenght: 5}\nsteps:",
            "unknown key 'lenght' in packing (line 12). Did you mean 'length'?"),
        arguments(
            "steps:",
            "packing: 512\nsteps:",
            "packing is no list of keys (line 12). Write 'key: value' lines."),
        arguments(
            "steps:",
            "seed: one\nsteps:",
            "'seed' is 'one' (line 12). Give a whole number from -9223372036854775808 to 9223372036854775807."),
        arguments(
            "steps:",
            "seed: 1\nseed: 2\nsteps:",
            "the key 'seed' for a second time (line 13). Remove one."));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void faults_at_every_level_are_named_with_line_and_remedy(
      String sound, String faulty, String message) {
    assertThat(RECIPE).contains(sound);
    assertThatThrownBy(() ->
            read(
                RECIPE.replaceFirst(Pattern.quote(sound), Matcher.quoteReplacement(faulty)),
                Map.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessage(folder.resolve("r.yaml") + ": " + message);
  }

  @Test
  void shares_beyond_the_whole_are_named_before_the_work() {
    String shares =
        RECIPE
            .replace("licence: shippable\n", "")
            .replace("    files", "    share: 0.6\n    files");
    assertThatThrownBy(() -> read(shares, Map.of()))
        .hasMessageContaining("the shares of the sources come to 1.200 (line 2).");
  }

  @Test
  void a_setting_reaches_into_lists_and_its_faults_are_named() throws IOException {
    assertThat(read(RECIPE, Map.of("sources.1.repeat", "2")).sources().get(1).repeat())
        .isEqualTo(2);
    assertThatThrownBy(() -> read(RECIPE, Map.of("sources.7.repeat", "2")))
        .hasMessageEndingWith("'7' is no element of a list of 2 (from --set). Count from 0.");
    assertThatThrownBy(() -> read(RECIPE, Map.of("packing.lenght", "2")))
        .hasMessageEndingWith(
            "unknown key 'lenght' in packing (from --set). Did you mean 'length'?");
  }

  @Test
  void a_missing_key_is_named() {
    assertThatThrownBy(() -> read(RECIPE.replace("output: out\n", ""), Map.of()))
        .hasMessageContaining("the recipe has no 'output'");
  }

  @Test
  void what_is_no_yaml_is_named_with_its_line() {
    assertThatThrownBy(() -> read("output: [a\nseed: 1\n", Map.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("not YAML");
  }

  @Test
  void the_project_s_own_recipe_is_sound() throws IOException {
    Recipe recipe = RecipeReader.read(Shared.root().resolve("runs/corpus-mini.yaml"), Map.of());
    assertThat(recipe.shippableOnly()).isTrue();
    assertThat(recipe.included()).allMatch(Recipe.Source::shippable);
  }

  private Recipe read(String yaml, Map<String, String> settings) throws IOException {
    return RecipeReader.read(Files.writeString(folder.resolve("r.yaml"), yaml), settings);
  }
}
