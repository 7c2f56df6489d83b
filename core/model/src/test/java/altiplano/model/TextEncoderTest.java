package altiplano.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import altiplano.files.Metadata;
import altiplano.files.ModelFile;
import altiplano.model.Head.Kind;
import altiplano.model.Head.Pooling;
import altiplano.tensor.ElementType;
import altiplano.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(Lifecycle.PER_CLASS)
class TextEncoderTest {
  private static final Head MOOD =
      new Head("mood", Kind.CLASSIFICATION, List.of("+", "-", "0"), Pooling.MEAN, false, 2f);
  private static final Head SPANS =
      new Head("spans", Kind.TOKEN_LABELS, List.of("B", "I", "O", "X"), Pooling.LAST, false, 1f);
  private static final Head VECTOR =
      new Head("vector", Kind.EMBEDDING, List.of(), Pooling.LAST, true, 1f);
  private static final Head ANSWER =
      new Head("answer", Kind.SPAN, Head.ENDS, Pooling.LAST, false, 1.5f);
  private static final Head BARE =
      new Head("bare", Kind.EMBEDDING, List.of(), Pooling.MEAN, false, 1f);

  private final RandomModel file =
      RandomModel.of(
          TestConfigs.LLAMA, List.of(MOOD, SPANS, VECTOR, ANSWER, BARE), ElementType.F32, 3);
  private final LlamaModel model = ForwardTest.open(file, 2);
  private final TextEncoder encoder = new TextEncoder(model);
  private final ReferenceLlama reference = new ReferenceLlama(TestConfigs.LLAMA, file);
  private final int[] text = ForwardTest.tokens(TestConfigs.LLAMA, 70, 9);

  @AfterAll
  void close() {
    model.close();
  }

  @Test
  void a_word_is_the_mean_of_its_embeddings_without_context() {
    double[][] rows = {embedding(3), embedding(8)};
    assertClose(encoder.wordVector(3, 8), normalised(mean(rows)));
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void a_text_is_its_last_or_mean_hidden_state(Pooling pooling) {
    var hidden = reference.hidden(text, true);
    var expected = pooling == Pooling.MEAN ? mean(hidden) : hidden[hidden.length - 1];
    assertClose(encoder.vector(text, pooling), normalised(expected));
  }

  @Test
  void texts_read_together_have_the_vectors_of_each_alone() {
    var texts =
        List.of(
            text,
            new int[] {1},
            Arrays.copyOf(text, 30),
            ForwardTest.tokens(model.config(), 250, 4),
            ForwardTest.tokens(model.config(), 250, 5));
    var together = encoder.vectors(texts, Pooling.MEAN);
    for (int i = 0; i < texts.size(); i++) {
      float[] alone = encoder.vector(texts.get(i), Pooling.MEAN);
      for (int j = 0; j < alone.length; j++) {
        assertThat(together.get(i)[j]).isCloseTo(alone[j], within(1e-5f));
      }
    }
  }

  @Test
  void a_classification_head_reads_the_pooled_bidirectional_states() {
    var logits = reference.linear("head.mood", mean(reference.hidden(text, false)));
    assertClose(encoder.classify(MOOD, text), softmax(logits, 2));
  }

  @Test
  void a_token_label_head_reads_every_state() {
    var hidden = reference.hidden(text, false);
    float[][] labels = encoder.label(SPANS, text);
    for (int t = 0; t < text.length; t++) {
      assertClose(labels[t], softmax(reference.linear("head.spans", hidden[t]), 1));
    }
  }

  @Test
  void an_embedding_head_maps_the_last_state() {
    var hidden = reference.hidden(text, true);
    var expected = reference.linear("head.vector", hidden[hidden.length - 1]);
    assertClose(encoder.vector(text, VECTOR), normalised(expected));
  }

  @Test
  void a_span_head_gives_two_distributions_over_the_tokens() {
    var hidden = reference.hidden(text, false);
    float[][] ends = encoder.span(ANSWER, text);
    for (int end = 0; end < 2; end++) {
      var logits = new double[text.length];
      for (int t = 0; t < text.length; t++) {
        logits[t] = reference.linear("head.answer", hidden[t])[end];
      }
      assertClose(ends[end], softmax(logits, 1.5));
    }
  }

  @Test
  void an_embedding_head_without_a_tensor_is_the_pooled_state() {
    try (var bare = ForwardTest.open(new Without(file, "head.bare."), 2)) {
      var vector = new TextEncoder(bare).vector(text, BARE);
      assertClose(vector, normalised(mean(reference.hidden(text, false))));
    }
  }

  @Test
  void only_an_embedding_head_may_lack_its_tensor() {
    var file = new Without(this.file, "head.mood.");
    assertThatThrownBy(() -> ForwardTest.open(file, 2)).hasMessageContaining("head.mood.weight");
  }

  @Test
  void the_labels_of_a_span_head_are_its_ends() {
    var labels = List.of("from", "to");
    assertThatThrownBy(() -> new Head("x", Kind.SPAN, labels, Pooling.LAST, false, 1))
        .hasMessage("head x of kind span has the labels [from, to]; they must be [start, end]");
  }

  /// A file without the tensors whose names start so.
  private record Without(RandomModel file, String prefix) implements ModelFile {
    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public String format() {
      return file.format();
    }

    @Override
    public Metadata metadata() {
      return file.metadata();
    }

    @Override
    public Map<String, Tensor> tensors() {
      var tensors = new LinkedHashMap<>(file.tensors());
      tensors.keySet().removeIf(name -> name.startsWith(prefix));
      return tensors;
    }

    @Override
    public void checkUnchanged() {}

    @Override
    public void close() {}
  }

  @Test
  void a_head_is_found_by_its_name_and_used_for_its_kind() {
    assertThat(model.head("mood")).contains(MOOD);
    assertThat(model.head("none")).isEmpty();
    assertThatThrownBy(() -> encoder.label(MOOD, text))
        .hasMessage("head mood is for classification, not for token_labels");
  }

  private double[] embedding(int id) {
    float[] table = file.tensor("token_embd.weight").toFloats();
    int width = TestConfigs.LLAMA.width();
    var row = new double[width];
    for (int i = 0; i < width; i++) row[i] = table[id * width + i];
    return row;
  }

  private static double[] mean(double[][] rows) {
    var mean = new double[rows[0].length];
    for (var row : rows) {
      for (int i = 0; i < mean.length; i++) mean[i] += row[i] / rows.length;
    }
    return mean;
  }

  private static double[] normalised(double[] vector) {
    double length = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
    return Arrays.stream(vector).map(x -> x / length).toArray();
  }

  private static double[] softmax(double[] logits, double temperature) {
    double sum = Arrays.stream(logits).map(x -> Math.exp(x / temperature)).sum();
    return Arrays.stream(logits).map(x -> Math.exp(x / temperature) / sum).toArray();
  }

  private static void assertClose(float[] actual, double[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-5));
    }
  }
}
