package altiplano.generation;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.model.LlamaModel;
import altiplano.testing.Shared;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// A model that knows nothing writes what is asked for, over many seeds: a model of random weights
/// with a byte-level vocabulary, and one with a SentencePiece vocabulary.
@TestInstance(Lifecycle.PER_CLASS)
class ConstrainedGenerationTest {
  private static final int SEEDS = 40;

  private static final int MANY_SEEDS = 1000;

  private List<LlamaModel> models;

  @BeforeAll
  void openModels() {
    models =
        List.of(
            LlamaModel.open(Shared.path("fixtures/tiny-f32.gguf")),
            LlamaModel.open(Shared.path("fixtures/stories260K-f32.gguf")));
  }

  @AfterAll
  void closeModels() {
    if (models != null) models.forEach(LlamaModel::close);
  }

  private record Form(Constraint constraint, Predicate<String> recogniser) {}

  @Test
  void every_text_that_ends_has_its_form() {
    check(0, SEEDS);
  }

  @Tag("slow")
  @Test
  void the_same_for_thousands_of_texts() {
    check(SEEDS, SEEDS + MANY_SEEDS);
  }

  private void check(int from, int to) {
    var schema =
        Json.parse(
            """
            {"type": "object", "properties": {
              "id": {"type": "integer", "minimum": 3, "maximum": 4711},
              "tags": {"type": "array", "items": {"enum": ["a", "高"]}, "maxItems": 3},
              "day": {"type": "string", "pattern": "^[0-3][0-9]$"}}, "required": ["id", "tags"]}\
            """);
    var forms =
        List.of(
            new Form(Constraint.jsonSchema(schema), ConstrainedGenerationTest::described),
            new Form(
                Constraint.regex("[0-9]{3}-[a-zé]{2,4}"),
                text -> text.matches("[0-9]{3}-[a-zé]{2,4}")),
            new Form(
                Constraint.grammar("root ::= [ab]+ (\"中\" root)? \".\""),
                ConstrainedGenerationTest::listed),
            new Form(
                Constraint.choice(List.of("yes", "no", "是的")),
                List.of("yes", "no", "是的")::contains));
    int ended = 0;
    for (LlamaModel model : models) {
      int[] prompt = Prompts.raw(model.tokenizer(), "x");
      for (Form form : forms) {
        for (int seed = from; seed < to; seed++) {
          var options =
              GenerationOptions.GREEDY
                  .withSampler(Sampler.of(1.5f, 0, 1, 0))
                  .withSeed(seed)
                  .withMaxTokens(60)
                  .withConstraint(form.constraint);
          try (var generation = Generation.start(model, prompt, options)) {
            var completion = generation.complete();
            if (completion.finish() != Finish.STOP) continue;
            ended++;
            assertThat(completion.text()).matches(form.recogniser, "seed " + seed);
            assertThat(form.constraint.accepts(completion.text())).isTrue();
          }
        }
      }
    }
    assertThat(ended).isGreaterThan(2 * 3 * (to - from));
  }

  private static boolean described(String text) {
    var object = (Json.ObjectValue) Json.parse(text);
    var members = object.members();
    var tags = ((Json.ArrayValue) object.get("tags").orElseThrow()).elements();
    var id = ((Json.NumberValue) object.get("id").orElseThrow()).value();
    return Set.of("id", "tags", "day").containsAll(members.keySet())
        && id.intValueExact() >= 3
        && id.intValueExact() <= 4711
        && tags.size() <= 3
        && Set.of(Json.of("a"), Json.of("高")).containsAll(tags)
        && (!(members.get("day") instanceof Json.TextValue(String day))
            || day.matches("[0-3][0-9]"));
  }

  private static boolean listed(String text) {
    return text.matches("[ab]+(中[ab]+\\.?)*\\.") || text.matches("([ab]+中)*[ab]+\\.+");
  }
}
