package altiplano.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeTest {
  private static final Path FILE = Path.of("x.yaml");
  private static final String GOOD =
      """
      steps: 10
      output: out
      batch:
        tokens: 64
      objectives:
        next_token: {weight: 2}
      """;

  @Test
  void a_small_recipe_has_defaults() {
    var recipe = Recipe.parse(GOOD, FILE, List.of());
    assertThat(recipe.steps()).isEqualTo(10);
    assertThat(recipe.batches().tokens()).isEqualTo(64);
    assertThat(recipe.objectives().getFirst().weight()).isEqualTo(2);
    assertThat(recipe.checkpoints().every()).isEqualTo(100);
  }

  @Test
  void texts_can_be_cut_shorter_in_the_first_steps() {
    var sets = List.of("batch.length=64", "batch.first_length=32", "batch.first_share=0.8");
    var batches = Recipe.parse(GOOD, FILE, sets).batches();
    assertThat(batches.lengthAt(8, 10)).isEqualTo(32);
    assertThat(batches.lengthAt(9, 10)).isEqualTo(64);
    assertThat(Recipe.parse(GOOD, FILE, List.of()).batches().lengthAt(1, 10)).isEqualTo(512);
  }

  @Test
  void set_replaces_a_value_inside() {
    var recipe = Recipe.parse(GOOD, FILE, List.of("batch.tokens=128", "checkpoint.every=7"));
    assertThat(recipe.batches().tokens()).isEqualTo(128);
    assertThat(recipe.checkpoints().every()).isEqualTo(7);
  }

  @Test
  void an_unknown_key_is_named_with_its_line_and_a_suggestion() {
    assertThatThrownBy(() -> Recipe.parse(GOOD.replace("tokens:", "tokns:"), FILE, List.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            "x.yaml:4: unknown key 'tokns' in 'batch' (did you mean 'tokens'?). Known here:"
                + " first_length, first_share, length, micro, recompute, tokens.");
  }

  @Test
  void a_wrong_value_is_named_with_its_line_and_what_was_expected() {
    assertThatThrownBy(() -> Recipe.parse(GOOD.replace("10", "ten"), FILE, List.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessage("x.yaml:1: steps must be a whole number from 1 to 100,000,000, not 'ten'");
  }

  @Test
  void a_wrong_choice_is_named_with_the_choices() {
    assertThatThrownBy(() -> Recipe.parse(GOOD + "precision: bfloat61\n", FILE, List.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            "x.yaml:7: precision must be one of float32, bfloat16, float16 (did you mean"
                + " 'bfloat16'?), not 'bfloat61'");
  }
}
