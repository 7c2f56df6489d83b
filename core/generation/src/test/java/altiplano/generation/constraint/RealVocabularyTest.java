package altiplano.generation.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import altiplano.files.Json;
import altiplano.generation.Constraint;
import altiplano.generation.ConstraintState;
import altiplano.generation.JsonLayout;
import altiplano.testing.Shared;
import altiplano.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The laws of a schema's constraint with trained vocabularies: Llama 3's 128,256 tokens,
/// byte-level, and a SentencePiece one with byte tokens. [SchemaValidator] is the independent
/// recogniser.
@TestInstance(Lifecycle.PER_CLASS)
class RealVocabularyTest {
  /// Tokens whose place in a mask is checked by reading their bytes.
  private static final int CHECKED = 300;

  private static final int LONGEST = 80;

  private RealTokens llama;
  private RealTokens stories;

  @BeforeAll
  void openVocabularies() {
    llama = new RealTokens(Tokenizer.open(Shared.path("llama3/tokenizer.model")));
    stories = new RealTokens(Tokenizer.open(Shared.path("fixtures/stories260K-f32.gguf")));
  }

  static LongStream seeds() {
    return LongStream.range(0, 25);
  }

  static LongStream manySeeds() {
    return LongStream.range(1000, 3000);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void what_fits_is_never_refused_and_what_ends_fits(long seed) {
    check(seed, llama);
    check(seed, stories);
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("manySeeds")
  void the_same_for_thousands_of_schemas(long seed) {
    check(seed, llama);
    check(seed, stories);
  }

  private static void check(long seed, RealTokens tokens) {
    var random = new Random(seed);
    var made = RandomSchema.of(random);
    for (var layout : List.of(JsonLayout.COMPACT, JsonLayout.FREE)) {
      var constraint = Constraint.jsonSchema(made.schema(), layout);
      for (int i = 0; i < 3; i++) {
        Json value = made.fitting().get();
        String text = layout == JsonLayout.FREE ? value.writeIndented() : value.write();
        accept(constraint, tokens.tokenizer(), tokens.cut(text, random), text);
        // As the vocabulary's own encoder cuts it, which is what a model has learnt.
        int[] ids = tokens.tokenizer().encode(text);
        var own = Arrays.stream(ids).boxed().toList();
        if (tokens.decode(own).equals(text)) accept(constraint, tokens.tokenizer(), own, text);
      }
      walk(constraint, tokens, random)
          .ifPresent(text ->
              assertThat(SchemaValidator.fits(JsonTexts.parse(text), made.schema()))
                  .as("%s made %s", made.schema().write(), text)
                  .isTrue());
    }
  }

  private static void accept(
      Constraint constraint, Tokenizer tokenizer, List<Integer> ids, String text) {
    var logits = new float[tokenizer.size()];
    ConstraintState state = constraint.start(tokenizer);
    for (int id : ids) {
      Arrays.fill(logits, 0);
      state.mask(logits);
      assertThat(logits[id]).as("'%s' may go on in %s", tokenizer.name(id), text).isZero();
      state = state.after(id);
    }
    assertThat(state.complete()).as("'%s' is whole", text).isTrue();
  }

  /// Returns a text that was made by choosing among the allowed tokens at random, if it ended in
  /// time; checks that masks say what reading the bytes says.
  private static Optional<String> walk(Constraint constraint, RealTokens tokens, Random random) {
    var tokenizer = tokens.tokenizer();
    int end = tokenizer.endIds().iterator().next();
    var logits = new float[tokenizer.size()];
    var ids = new ArrayList<Integer>();
    ConstraintState state = constraint.start(tokenizer);
    while (ids.size() < LONGEST) {
      Arrays.fill(logits, 0);
      state.mask(logits);
      assertThat(logits[end] == 0).isEqualTo(state.complete());
      var allowed = new ArrayList<Integer>();
      for (int id = 0; id < logits.length; id++) {
        if (logits[id] == 0 && !tokenizer.endIds().contains(id)) allowed.add(id);
      }
      for (int i = 0; i < CHECKED; i++) {
        int id = random.nextInt(logits.length);
        assertThat(logits[id] == 0).as("token %d in the mask", id).isEqualTo(state.allows(id));
      }
      assertThat(state.finished()).isEqualTo(allowed.isEmpty());
      if (state.complete() && (allowed.isEmpty() || random.nextBoolean())) {
        return Optional.of(tokens.decode(ids));
      }
      int id = closing(tokenizer, allowed, random);
      assertThat(state.allows(id)).isTrue();
      ids.add(id);
      state = state.after(id);
    }
    return Optional.empty();
  }

  /// Draws a token, every other time one that may close something: else texts hardly end.
  private static int closing(Tokenizer tokenizer, List<Integer> allowed, Random random) {
    int id = allowed.get(random.nextInt(allowed.size()));
    for (int i = 0; i < 200 && random.nextInt(100) > 0; i++) {
      if (random.nextBoolean() && i == 0) return id;
      byte[] bytes = tokenizer.bytes(id);
      if (bytes.length <= 3 && (bytes[0] == '"' || bytes[0] == '}' || bytes[0] == ']')) return id;
      id = allowed.get(random.nextInt(allowed.size()));
    }
    return id;
  }
}
