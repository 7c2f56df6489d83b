package altiplano.corpus.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import altiplano.corpus.steps.Step;
import altiplano.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
